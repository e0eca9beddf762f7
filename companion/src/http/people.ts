import type { People } from '../sharing/people.ts';
import type { Resources } from './router.ts';

export function peopleResource(people: People): Pick<Resources, 'people'> {
  return {
    async people({ caller, query }) {
      return {
        status: 200,
        json: await people.find(caller, query.get('q') ?? '')
      };
    }
  };
}

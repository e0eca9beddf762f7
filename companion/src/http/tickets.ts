import {
  CommonsError,
  ticketRequest,
  type Ticket
} from '@jupyterlab-commons/protocol';
import type { Tickets } from '../hub/tickets.ts';
import type { Clock } from '../rooms/types.ts';
import type { Documents } from '../sharing/documents.ts';
import type { Resources } from './router.ts';

/** Tickets for the two sockets of a page (I6). */
export function ticketResources(options: {
  tickets: Tickets;
  documents: Documents;
  clock: Clock;
}): Pick<Resources, 'documentTicket' | 'eventsTicket'> {
  const { tickets, documents, clock } = options;
  return {
    async documentTicket({ access, claims, body }) {
      const { id, epoch } = access.document;
      const request = await body(ticketRequest);
      if (request.epoch !== undefined && request.epoch !== epoch) {
        throw new CommonsError('EPOCH_CHANGED');
      }
      await documents.follow(access);
      const { role } = access;
      const made = tickets.issue(
        { claims, document: { id, role, epoch } },
        clock.now()
      );
      return { status: 201, json: ticketBody(made, role, epoch) };
    },
    async eventsTicket({ claims, body }) {
      await body(ticketRequest);
      const made = tickets.issue({ claims, document: null }, clock.now());
      return { status: 201, json: ticketBody(made, null, null) };
    }
  };
}

function ticketBody(
  made: { ticket: string; expiresAt: number },
  role: Ticket['role'],
  epoch: string | null
): Ticket {
  return {
    ticket: made.ticket,
    expiresAt: new Date(made.expiresAt).toISOString(),
    role,
    epoch
  };
}

/** Whether the page stays small. */
import { budgetChecks } from '../budget.mjs';
import { runChecks } from '../common/results.mjs';

export const budget = {
  name: 'budget',
  title: 'page budget',
  run: () => runChecks(budgetChecks())
};

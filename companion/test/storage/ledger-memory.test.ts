import { MemoryLedgerStore } from '../../src/storage/ledger-memory.ts';
import { ledgerContract } from './ledger-contract.ts';

ledgerContract('memory', async () => new MemoryLedgerStore());

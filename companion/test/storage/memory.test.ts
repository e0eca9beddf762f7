import { MemoryStore } from '../../src/storage/memory.ts';
import { storeContract } from './contract.ts';

storeContract('memory', async () => new MemoryStore());

import {
  shareChange,
  type Decoder,
  type ShareChange,
  type ShareKind
} from '@jupyterlab-commons/protocol';
import type { Access } from '../sharing/authorise.ts';
import type { Shares } from '../sharing/shares.ts';
import type { Reply } from './reply.ts';
import type { Resources } from './router.ts';

type Names =
  | 'listShares'
  | 'putUserShare'
  | 'putGroupShare'
  | 'putLinkShare'
  | 'deleteUserShare'
  | 'deleteGroupShare'
  | 'deleteLinkShare';

type ShareCall = {
  access: Access;
  parts: Record<string, string>;
  body<T>(decode: Decoder<T>): Promise<T>;
};

export function shareResources(shares: Shares): Pick<Resources, Names> {
  const put =
    (kind: ShareKind) =>
    async ({ access, parts, body }: ShareCall): Promise<Reply> => {
      const change: ShareChange = await body(shareChange);
      return {
        status: 200,
        json: await shares.put(access, kind, parts.name ?? '', change)
      };
    };
  const remove =
    (kind: ShareKind) =>
    async ({ access, parts }: ShareCall): Promise<Reply> => {
      await shares.remove(access, kind, parts.name ?? '');
      return { status: 204 };
    };
  return {
    async listShares({ access }) {
      return { status: 200, json: { shares: await shares.list(access) } };
    },
    putUserShare: put('users'),
    putGroupShare: put('groups'),
    putLinkShare: put('link'),
    deleteUserShare: remove('users'),
    deleteGroupShare: remove('groups'),
    deleteLinkShare: remove('link')
  };
}

import {
  anything,
  documentInfo,
  shareList,
  type DocumentInfo,
  type RouteName,
  type Share,
  type ShareKind,
  type SharedRole
} from '@jupyterlab-commons/protocol';
import type { ICompanion } from '../tokens';

/** Who one row of the list is for; the link has an empty name. */
export type Holder = { kind: ShareKind; name: string };

const PUT = {
  users: 'putUserShare',
  groups: 'putGroupShare',
  link: 'putLinkShare'
} as const satisfies Record<ShareKind, RouteName>;

const DELETE = {
  users: 'deleteUserShare',
  groups: 'deleteGroupShare',
  link: 'deleteLinkShare'
} as const satisfies Record<ShareKind, RouteName>;

/** The calls about who may open one document. Each rejects with a CommonsError. */
export class ShareCalls {
  constructor(private readonly _companion: ICompanion) {}

  document(id: string): Promise<DocumentInfo> {
    return this._companion.call('getDocument', {
      parts: { id },
      answer: documentInfo
    });
  }

  async list(id: string): Promise<readonly Share[]> {
    const answer = await this._companion.call('listShares', {
      parts: { id },
      answer: shareList
    });
    return answer.shares;
  }

  async put(
    id: string,
    holder: Holder,
    right: { role: SharedRole; expiresAt: string | null }
  ): Promise<void> {
    await this._companion.call(PUT[holder.kind], {
      parts: { id, name: holder.name },
      body: { role: right.role, expiresAt: right.expiresAt },
      answer: anything
    });
  }

  async remove(id: string, holder: Holder): Promise<void> {
    await this._companion.call(DELETE[holder.kind], {
      parts: { id, name: holder.name },
      answer: anything
    });
  }

  linkTo(id: string): string {
    return this._companion.linkTo(id);
  }

  /** The signed-in user, as far as it is known. */
  get self(): string | null {
    const { state } = this._companion;
    return state.kind === 'ready' ? state.session.user : null;
  }
}

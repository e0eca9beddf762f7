import { Dialog, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import type { Credentials } from '../../client/git-writes';
import { oneLine } from '../../ui/words';

type Asked = {
  /** Scheme, host and port that want them, as the server has said. */
  origin: string | undefined;
  /** The name that was not accepted, with its secret, just before. */
  refused: string | null;
  trans: TranslationBundle;
};

/**
 * Asks for what a remote wants. The secret is in the dialog's field until the answer
 * is handed over, and the field is empty before the dialog is gone.
 */
export async function askCredentials(
  asked: Asked
): Promise<Credentials | null> {
  const { origin, trans } = asked;
  const { button, value } = await showDialog<Omit<Credentials, 'origin'>>({
    title: trans.__('Sign in to the remote'),
    body: new CredentialsBody(asked),
    buttons: [
      Dialog.cancelButton({ label: trans.__('Cancel') }),
      Dialog.okButton({ label: trans.__('Sign in') })
    ],
    focusNodeSelector: asked.refused === null ? 'input' : 'input[type=password]'
  });
  return button.accept && value !== null ? { ...value, origin } : null;
}

class CredentialsBody extends Widget {
  constructor({ origin, refused, trans }: Asked) {
    super();
    this.addClass('jp-Commons-Credentials');
    this._say(
      refused === null
        ? trans.__(
            '%1 wants to know who you are.',
            oneLine(origin ?? trans.__('The remote'))
          )
        : trans.__(
            '%1 does not accept this user name with this password or token.',
            oneLine(origin ?? trans.__('The remote'))
          )
    );
    this._name = this._field(trans.__('User name'), 'text');
    this._secret = this._field(trans.__('Password or token'), 'password');
    this._name.value = refused ?? '';
    this._say(
      trans.__(
        'It is sent to your own server for this one command, and kept nowhere. Many hosts want a token instead of a password.'
      )
    );
  }

  getValue(): Omit<Credentials, 'origin'> {
    return { username: this._name.value, secret: this._secret.value };
  }

  override dispose(): void {
    this._secret.value = '';
    super.dispose();
  }

  private _say(text: string): void {
    const line = document.createElement('p');
    line.textContent = text;
    this.node.append(line);
  }

  private _field(label: string, type: 'text' | 'password'): HTMLInputElement {
    const words = document.createElement('label');
    const field = document.createElement('input');
    field.type = type;
    field.className = 'jp-Commons-input';
    // No browser offers to keep it.
    field.autocomplete = type === 'text' ? 'off' : 'new-password';
    field.maxLength = type === 'text' ? 256 : 4096;
    field.spellcheck = false;
    words.append(label, field);
    this.node.append(words);
    return field;
  }

  private readonly _name: HTMLInputElement;
  private readonly _secret: HTMLInputElement;
}

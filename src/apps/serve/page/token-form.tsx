import { useState } from 'preact/hooks';
import { choicesOf, token } from './api.js';

/** Asks for the token that the service wants; it is forgotten with the tab. */
export function TokenForm({ onDone }: { readonly onDone: () => void }) {
  const [isWrong, setWrong] = useState(false);
  const check = async (form: HTMLFormElement) => {
    token.set(new FormData(form).get('token') as string);
    if ((await choicesOf()) === 'token') setWrong(true);
    else onDone();
  };
  return (
    <form
      class="token"
      onSubmit={(event) => {
        event.preventDefault();
        check(event.currentTarget).catch(reportError);
      }}
    >
      <label>
        <span class="legend">Token</span>
        <input name="token" type="password" required autocomplete="off" aria-describedby="token-hint" />
      </label>
      <button class="button primary" type="submit">
        Continue
      </button>
      <p id="token-hint" class={isWrong ? 'problem' : 'hint'} role="status">
        {isWrong ? 'The service does not know this token.' : 'Whoever runs this service can give you one.'}
      </p>
    </form>
  );
}

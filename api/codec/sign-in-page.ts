/** The endpoint that the Web UI of the embedded server knows by itself is asked without our cookie. */
const SET_UP = `<p>Once per browser, in the Temporal Web UI: open “Codec Server” (the glasses at the top), choose “Use my browser setting”, paste
the address of this page up to <code>/codec</code>, switch on “Include cross-origin credentials”, and apply.</p>`;

/** Where an operator lets the Temporal Web UI of this browser read sealed histories. No script, no style. */
export function signInPage(): string {
  return page(`<form method="post" action="/codec/session">
<p><label for="token">Access token</label></p>
<p><input id="token" name="token" type="password" required autocomplete="off"> <button>Sign in</button></p>
</form>
<p>For operators and administrators.</p>
${SET_UP}`);
}

/** After it. */
export function signedInPage(): string {
  return page(`<p>Signed in. The Temporal Web UI of this browser can now open what is sealed.</p>
${SET_UP}`);
}

function page(content: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Sealed histories</title>
<main>
<h1>Sealed histories</h1>
${content}
</main>
</html>
`;
}

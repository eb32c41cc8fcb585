// A real identity provider for the tests: `node provider.mjs PORT BACK_CHANNEL PORTAL...`. Whoever is named on its page signs in; what it says of
// them, and whether it answers at all, is said by POST /control.
import { createServer } from 'node:http';
import { Provider } from 'oidc-provider';

const [port, backChannel, ...portals] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const said = { people: {}, acr: undefined, amr: undefined, silent: false, broken: false };
const asked = [];
const titled = (text) => `<!doctype html><html lang="en"><title>Provider of the tests</title><h1>Provider of the tests</h1>${text}</html>`;

const provider = new Provider(issuer, {
  clients: [{
    client_id: 'portal',
    client_secret: 'a secret of the tests alone',
    redirect_uris: portals.map((portal) => `${portal}/accounts/sign-on/answer/`),
    post_logout_redirect_uris: portals.map((portal) => `${portal}/accounts/sign-in/`),
    backchannel_logout_uri: backChannel,
    backchannel_logout_session_required: true,
  }],
  acrValues: ['urn:strong'],
  claims: { openid: ['sub', 'acr', 'amr'], email: ['email', 'email_verified'], acr: null, amr: null, auth_time: null, sid: null },
  conformIdTokenClaims: false,
  cookies: { keys: ['of the tests alone'] },
  // Its own would refuse the loopback.
  fetch: (address, options) => fetch(address, { ...options, dispatcher: undefined }),
  features: { devInteractions: { enabled: false }, backchannelLogout: { enabled: true },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: (context, form) => {
        context.type = 'html';
        context.body = titled(`${form}<button form="op.logoutForm" name="logout" value="yes">Yes, sign me out</button>`);
      },
    },
  },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...said.people[id] }) }),
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  loadExistingGrant: async (context) => {
    const grant = new context.oidc.provider.Grant({ clientId: context.oidc.client.clientId, accountId: context.oidc.session.accountId });
    grant.addOIDCScope('openid email');
    await grant.save();
    return grant;
  },
  pkce: { required: () => true },
  ttl: { Session: 3600, Interaction: 600, Grant: 600, IdToken: 600, AccessToken: 600 },
});
const answer = provider.callback();

const bodyOf = async (request) => {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString();
};

const page = (response, text) => {
  response.setHeader('Content-Type', 'text/html');
  response.end(titled(text));
};

createServer(async (request, response) => {
  const path = request.url.split('?')[0];
  if (path === '/control') {
    if (request.method === 'POST') Object.assign(said, JSON.parse(await bodyOf(request)));
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify(asked));
    return;
  }
  asked.push(request.url);
  if (said.silent) return;
  if (said.broken) { response.statusCode = 502; response.end('away'); return; }
  if (!path.startsWith('/interaction/')) { answer(request, response); return; }
  if (request.method !== 'POST') {
    page(response, `<form method="post"><label>Name <input name="name"></label> <button>Sign in</button> <button name="cancel" value="1">Cancel</button></form>`);
    return;
  }
  const form = new URLSearchParams(await bodyOf(request));
  const result = form.get('cancel')
    ? { error: 'access_denied', error_description: 'canceled' }
    : { login: { accountId: form.get('name'), acr: said.acr, amr: said.amr, remember: true } };
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
}).listen(Number(port), '127.0.0.1', () => console.log('listening'));

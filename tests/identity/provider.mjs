// A real OpenID provider for one test: node provider.mjs PORT KEYS_FILE SECONDS by which its clock is ahead
// Each audience names the algorithm that its tokens are signed with: urn:dla:ES256, urn:another:ES256.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";

import { Provider } from "oidc-provider";

const [port, keys, ahead] = process.argv.slice(2);
const now = Date.now;
Date.now = () => now() + Number(ahead) * 1000;
const algorithms = ["RS256", "PS256", "ES256", "Ed25519"];

const provider = new Provider(`http://127.0.0.1:${port}`, {
  jwks: JSON.parse(readFileSync(keys, "utf8")),
  clients: [
    {
      client_id: "console",
      application_type: "native",
      token_endpoint_auth_method: "none",
      grant_types: ["authorization_code", "refresh_token"],
      redirect_uris: ["http://127.0.0.1/callback", "http://127.0.0.1/retour"],
      id_token_signed_response_alg: "ES256",
    },
    {
      client_id: "signed",
      client_secret: "a-console-of-the-tests",
      application_type: "native",
      grant_types: ["authorization_code", "refresh_token"],
      redirect_uris: ["http://127.0.0.1/retour"],
      post_logout_redirect_uris: ["http://127.0.0.1/connexion"],
      id_token_signed_response_alg: "ES256",
      userinfo_signed_response_alg: "ES256",
    },
    {
      client_id: "partner",
      client_secret: "a-partner-of-the-tests",
      grant_types: ["client_credentials"],
      response_types: [],
      redirect_uris: [],
      id_token_signed_response_alg: "ES256",
    },
  ],
  enabledJWA: { idTokenSigningAlgValues: algorithms, userinfoSigningAlgValues: algorithms },
  acrValues: ["urn:dla:one-factor", "urn:dla:two-factors"],
  claims: { acr: null, openid: ["sub"], profile: ["given_name", "usual_name"] },
  issueRefreshToken: (_, client) => client.grantTypeAllowed("refresh_token"),
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, given_name: "Inès", usual_name: "Martin" }) }),
  features: {
    clientCredentials: { enabled: true },
    claimsParameter: { enabled: true },
    jwtUserinfo: { enabled: true },
    resourceIndicators: {
      enabled: true,
      useGrantedResource: (ctx) => ctx.oidc.client.clientId !== "signed",
      getResourceServerInfo: (_, resource) => ({
        scope: "cases",
        audience: resource.split(":").slice(1, -1).join(":"),
        accessTokenFormat: "jwt",
        accessTokenTTL: 600,
        jwt: { sign: { alg: resource.split(":").at(-1) } },
      }),
    },
  },
  cookies: { keys: ["a secret of the tests"] },
});

// Who is asked for a level shows a second factor, who is not does not.
const finished = provider.interactionFinished.bind(provider);
provider.interactionFinished = async (req, res, result, options) => {
  if (result.login) {
    const { params } = await provider.interactionDetails(req, res);
    result.login.acr = params.claims ? "urn:dla:two-factors" : "urn:dla:one-factor";
  }
  return finished(req, res, result, options);
};

createServer(provider.callback()).listen(Number(port), "127.0.0.1", () => console.log("listening"));

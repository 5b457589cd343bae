/** Passkeys: what the server sends as JSON, what the browser's API wants, and back again. */

export class PasskeyFailed extends Error {
  readonly reason: "cancelled" | "known" | "unsupported" | "failed";

  constructor(reason: PasskeyFailed["reason"], cause?: unknown) {
    super(`The passkey was not used: ${reason}.`, { cause });
    this.name = "PasskeyFailed";
    this.reason = reason;
  }
}

/** A credential as the server reads it: every run of bytes as base64url. */
export interface CredentialJson {
  readonly [key: string]: unknown;
  readonly id: string;
  readonly rawId: string;
  readonly type: string;
  readonly response: Readonly<Record<string, unknown>>;
}

export function bytesOf(base64url: string): Uint8Array<ArrayBuffer> {
  const base64 = base64url.replaceAll("-", "+").replaceAll("_", "/");
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

export function base64urlOf(bytes: ArrayBuffer): string {
  const binary = Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte)).join("");
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** Whether passkeys work here: over https or on this machine, and at a name, not at a number. */
export function canUsePasskeys(): boolean {
  const isNumber = /^[\d.]+$|^\[/.test(window.location.hostname);
  return !isNumber && "PublicKeyCredential" in window && "credentials" in navigator;
}

/** Whether the browser can offer passkeys among what it fills in. */
export async function canOfferPasskeys(): Promise<boolean> {
  if (!canUsePasskeys()) return false;
  // Older browsers that know passkeys do not know this.
  if (!("isConditionalMediationAvailable" in PublicKeyCredential)) return false;
  return PublicKeyCredential.isConditionalMediationAvailable();
}

export function creationOptions(json: object): PublicKeyCredentialCreationOptions {
  const options = json as Omit<PublicKeyCredentialCreationOptionsJSON, "extensions">;
  return {
    ...options,
    challenge: bytesOf(options.challenge),
    user: { ...options.user, id: bytesOf(options.user.id) },
    excludeCredentials: (options.excludeCredentials ?? []).map(descriptorOf),
  } as PublicKeyCredentialCreationOptions;
}

export function requestOptions(json: object): PublicKeyCredentialRequestOptions {
  const options = json as Omit<PublicKeyCredentialRequestOptionsJSON, "extensions">;
  return {
    ...options,
    challenge: bytesOf(options.challenge),
    allowCredentials: (options.allowCredentials ?? []).map(descriptorOf),
  } as PublicKeyCredentialRequestOptions;
}

function descriptorOf(json: PublicKeyCredentialDescriptorJSON): PublicKeyCredentialDescriptor {
  return { ...json, id: bytesOf(json.id) } as PublicKeyCredentialDescriptor;
}

/** Let the browser make a passkey. */
export async function makePasskey(options: object): Promise<CredentialJson> {
  requireSupport();
  const made = await failing(navigator.credentials.create({ publicKey: creationOptions(options) }));
  const response = made.response as AuthenticatorAttestationResponse;
  return credentialJson(made, {
    clientDataJSON: base64urlOf(response.clientDataJSON),
    attestationObject: base64urlOf(response.attestationObject),
    transports: response.getTransports(),
  });
}

/** Let the browser sign with a passkey: at once, or when somebody picks one in a form's field. */
export async function askPasskey(
  options: object,
  waiting?: { signal: AbortSignal },
): Promise<CredentialJson> {
  requireSupport();
  const given = await failing(
    navigator.credentials.get({
      publicKey: requestOptions(options),
      ...(waiting ? { mediation: "conditional", signal: waiting.signal } : {}),
    }),
  );
  const response = given.response as AuthenticatorAssertionResponse;
  return credentialJson(given, {
    clientDataJSON: base64urlOf(response.clientDataJSON),
    authenticatorData: base64urlOf(response.authenticatorData),
    signature: base64urlOf(response.signature),
    userHandle: response.userHandle === null ? null : base64urlOf(response.userHandle),
  });
}

function credentialJson(
  credential: PublicKeyCredential,
  response: Record<string, unknown>,
): CredentialJson {
  return {
    id: credential.id,
    rawId: base64urlOf(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
    response,
  };
}

function requireSupport(): void {
  if (!canUsePasskeys()) throw new PasskeyFailed("unsupported");
}

const REASONS: Readonly<Record<string, PasskeyFailed["reason"]>> = {
  NotAllowedError: "cancelled",
  AbortError: "cancelled",
  InvalidStateError: "known",
  NotSupportedError: "unsupported",
  SecurityError: "unsupported",
};

async function failing(asked: Promise<Credential | null>): Promise<PublicKeyCredential> {
  try {
    const credential = await asked;
    if (credential instanceof PublicKeyCredential) return credential;
  } catch (error) {
    const name = error instanceof DOMException ? error.name : "";
    throw new PasskeyFailed(REASONS[name] ?? "failed", error);
  }
  throw new PasskeyFailed("cancelled");
}

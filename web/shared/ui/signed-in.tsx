import { createContext, useContext } from 'react';
import type { Api } from '../api';
import type { Me, Workspace } from '../model';

/** Who works here, and by what. */
export interface SignedIn {
  readonly api: Api;
  readonly me: Me;
  readonly workspace: Workspace;
  readonly signOut: () => void;
}
export const SignedInContext = createContext<SignedIn | null>(null);

export function useSignedIn(): SignedIn {
  const signedIn = useContext(SignedInContext);
  if (!signedIn) throw new Error('nobody is signed in above');
  return signedIn;
}

type Collection = {
  [K in keyof Workspace]: Workspace[K] extends readonly { id: string }[] ? K : never;
}[keyof Workspace];

/** The name of a configured object; its id where it has none or is gone. */
export function useNames(): (collection: Collection, id: string | null | undefined) => string {
  const { workspace } = useSignedIn();
  return (collection, id) =>
    workspace[collection].find((object) => object.id === id)?.name ?? id ?? '';
}

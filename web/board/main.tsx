import { drawPage } from '../shared/ui/app-frame';
import { SignIn } from '../shared/ui/sign-in';

drawPage(
  <SignIn title="signIn.board" roles={['supervisor', 'admin']}>
    <main />
  </SignIn>,
);

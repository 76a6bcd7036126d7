import { drawPage } from '../shared/ui/app-frame';
import { SignIn } from '../shared/ui/sign-in';
import { Desk } from './desk';
import './desk.css';

drawPage(
  <SignIn title="signIn.desk" roles={['agent', 'supervisor']}>
    <Desk />
  </SignIn>,
);

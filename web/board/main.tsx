import { drawPage } from '../shared/ui/app-frame';
import { SignIn } from '../shared/ui/sign-in';
import { Board } from './board';
import '../desk/desk.css';
import './board.css';

drawPage(
  <SignIn title="signIn.board" roles={['supervisor', 'admin']}>
    <Board />
  </SignIn>,
);

import { lazy } from 'react';
import { drawPage } from './shared/ui/app-frame';
import { SignIn } from './shared/ui/sign-in';

// What is behind the door is fetched once it opens.
const Desk = lazy(() => import('./desk/desk'));
const Board = lazy(() => import('./board/board'));

/** The desk and the board are one page: its address says which. */
void drawPage(
  location.pathname.startsWith('/board') ? (
    <SignIn title="signIn.board" roles={['supervisor', 'admin']}>
      <Board />
    </SignIn>
  ) : (
    <SignIn title="signIn.desk" roles={['agent', 'supervisor']}>
      <Desk />
    </SignIn>
  ),
);

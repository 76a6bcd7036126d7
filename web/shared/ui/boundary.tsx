import { Component, type ReactNode, Suspense } from 'react';
import { Failed, Loading } from './states';

/** Shows that a part of the page is on its way, or that it could not be had: its files were not reached, or it broke. */
export function Boundary({ place, children }: BoundaryProps) {
  return (
    <Catch place={place}>
      <Suspense
        fallback={
          <div className={place}>
            <Loading />
          </div>
        }
      >
        {children}
      </Suspense>
    </Catch>
  );
}

interface BoundaryProps {
  /** Class of what stands there meanwhile. */
  readonly place: string;
  readonly children: ReactNode;
}

/** React catches errors of drawing by classes only. */
class Catch extends Component<BoundaryProps, { readonly error: unknown }> {
  override state = { error: null };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render() {
    const { error } = this.state;
    return error === null ? (
      this.props.children
    ) : (
      <div className={this.props.place}>
        <Failed error={error} retry={() => location.reload()} />
      </div>
    );
  }
}

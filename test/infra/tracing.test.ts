import { tracingOf } from '../../infra/tracing/start';

jest.mock('../../infra/tracing/tracing', () => {
  throw new Error('OpenTelemetry was loaded');
});

describe('tracingOf', () => {
  it('loads nothing of OpenTelemetry while no collector is named', () => {
    expect(tracingOf({}, 'api')).toBeNull();
    expect(() => tracingOf({ otlpEndpoint: 'http://127.0.0.1:4318' }, 'api')).toThrow('loaded');
  });
});

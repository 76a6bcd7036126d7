import fc from 'fast-check';

// A failed property is repeated by `npm test -- --seed=<n>`, with the seed that Jest prints at the end.
fc.configureGlobal({ seed: jest.getSeed() });

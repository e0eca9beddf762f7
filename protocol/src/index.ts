export * from './bodies.ts';
export * from './colors.ts';
export * from './decode.ts';
export * from './errors.ts';
export * from './link.ts';
export * from './messages.ts';
export * from './roles.ts';
export * from './routes.ts';

export {
  type Credentials,
  createResolveActor,
  type ResolveActor,
  type SessionLimits,
} from './actor-resolution.ts';
export { appendAudit, type NewAuditEntry } from './audit-log.ts';
export { type Decision, decide, type Question } from './authorization.ts';
export { type Bootstrap, bootstrap, type LocalToken } from './bootstrap.ts';
export {
  type CredentialsService,
  credentialsService,
  type SignInLink,
} from './credentials-service.ts';
export { type IdentityQueries, postgresIdentityQueries } from './identity-queries.ts';
export { type IdentityRoutesDependencies, identityRoutes } from './identity-routes.ts';
export { type PeopleListener, type PeopleService, peopleService } from './people-service.ts';

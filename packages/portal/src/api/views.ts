import type { Api, ResultOf } from '@pltf/contracts';

/** What lists answer with, named for the portal. */
export type User = ResultOf<Api['listUsers']>['items'][number];
export type Team = ResultOf<Api['listTeams']>['items'][number];
export type Token = ResultOf<Api['listTokens']>['items'][number];

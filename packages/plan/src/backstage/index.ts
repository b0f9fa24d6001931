export { type EntityRef, entityRef, parseEntityRef } from './entity-ref.ts';
export { type CatalogEntity, type ReadEntities, readEntities } from './read-entities.ts';
export { type WrittenEntity, writeEntity } from './write-entity.ts';

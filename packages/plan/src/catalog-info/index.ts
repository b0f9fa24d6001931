export { type EntityRef, entityRef, parseEntityRef } from './entity-ref.ts';
export { type CatalogEntity, type ReadCatalogInfo, readCatalogInfo } from './read-catalog-info.ts';
export { type WrittenCatalogInfo, writeCatalogInfo } from './write-catalog-info.ts';

export { type DataClass, dataClasses, isPersonal, isSpecial, readClasses } from './classes.ts';
export { deletionSchedule, type Protected, policyIn, protect } from './protection.ts';

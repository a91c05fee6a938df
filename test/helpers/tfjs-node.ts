import test, { type ImplementationFn } from 'ava';
import { TFJS_NODE } from '../../src/network/engines/tfjs-runtime.js';
import { locatePackage } from '../../src/network/models/file/packages.js';
import { testWhere } from './where.js';

export const hasTfjsNode = (await locatePackage(TFJS_NODE)) !== undefined;

const serial = (title: string, implementation: ImplementationFn<[]>) => test.serial(title, implementation);

/** A test that needs TensorFlow itself, and has it alone: tensors are counted for the whole process. */
export const testOnTfjsNode = hasTfjsNode ? serial : testWhere(false, `${TFJS_NODE} is not installed`);

import { existsSync } from 'node:fs';
import process from 'node:process';

/** A GPU in software that Chromium brings along; with Vulkan's loader, WebGPU runs on it. */
const ICD = '/usr/lib/chromium/vk_swiftshader_icd.json';
const LOADER = '/usr/lib/x86_64-linux-gnu/libvulkan.so.1';

const there = process.arch === 'x64' && existsSync(ICD) && existsSync(LOADER);

/** The environment in which WebGPU finds it, or why a test has to be skipped. */
export const swiftShader: { env?: Record<string, string>; missing?: string } = there
  ? { env: { VK_DRIVER_FILES: ICD, VK_ICD_FILENAMES: ICD } }
  : { missing: 'Chromium with SwiftShader, or libvulkan1, is not installed' };

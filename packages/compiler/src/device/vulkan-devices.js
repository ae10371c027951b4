// @ts-check
// Names of the graphics cards with their drivers' versions, as Vulkan tells them: ONNX Runtime tells none.

const libraries = /** @type {Readonly<Record<string, string>>} */ ({ linux: 'libvulkan.so.1', win32: 'vulkan-1.dll' });

/** VkInstanceCreateInfo with everything left out, on 64-bit machines. */
const INSTANCE_BYTES = 64;
/** Room for VkPhysicalDeviceProperties (824 bytes). */
const PROPERTIES_BYTES = 1024;
/** The name's place in it, after five 32-bit numbers, and its length. */
const [NAME, NAME_BYTES] = [20, 256];

const NVIDIA = 0x10de;

/** A driver's version, packed by NVIDIA in its own way. @param {number} packed @param {number} vendor */
const versionText = (packed, vendor) =>
  vendor === NVIDIA
    ? `${packed >>> 22}.${(packed >>> 14) & 0xff}.${(packed >>> 6) & 0xff}`
    : `${packed >>> 22}.${(packed >>> 12) & 0x3ff}.${packed & 0xfff}`;

/**
 * The devices in Vulkan's order, each once; none where Vulkan, or the interface to it, is missing.
 * @returns {Promise<string[]>}
 */
export async function devices() {
  const library = libraries[process.platform];
  if (library === undefined) return [];
  try {
    const { default: koffi } = await import('koffi');
    const vulkan = koffi.load(library);
    const create = vulkan.func('int vkCreateInstance(void *info, void *allocator, void *instance)');
    const enumerate = vulkan.func('int vkEnumeratePhysicalDevices(uint64_t instance, void *count, void *devices)');
    const describe = vulkan.func('void vkGetPhysicalDeviceProperties(uint64_t device, void *properties)');
    const destroy = vulkan.func('void vkDestroyInstance(uint64_t instance, void *allocator)');
    const info = Buffer.alloc(INSTANCE_BYTES);
    info.writeUInt32LE(1, 0); // VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO
    const instance = new BigUint64Array(1);
    if (create(info, null, instance) !== 0) return [];
    const count = new Uint32Array(1);
    enumerate(instance[0], count, null);
    const handles = new BigUint64Array(count[0] ?? 0);
    enumerate(instance[0], count, handles);
    const names = [...handles].map((handle) => {
      const properties = Buffer.alloc(PROPERTIES_BYTES);
      describe(handle, properties);
      const name = properties.toString('utf8', NAME, NAME + NAME_BYTES).replace(/\0.*$/s, '');
      return `${name}, driver ${versionText(properties.readUInt32LE(4), properties.readUInt32LE(8))}`;
    });
    destroy(instance[0], null);
    return [...new Set(names)];
  } catch {
    return []; // no such library, or no binary of koffi for this platform
  }
}

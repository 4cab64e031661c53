/// First octets of IPv4 blocks that the five registries give to providers: ARIN, RIPE NCC, APNIC, LACNIC, AFRINIC
/// (the order is that of `scripts/faker_extract/locales.py`). None holds a special range (private, loopback,
/// carrier, documentation, multicast). A block that stands there twice is drawn twice as often.
/// Source: the IANA IPv4 Address Space Registry.
private let addressBlocks: InlineArray<5, InlineArray<16, UInt8>> = [
  [24, 50, 63, 65, 66, 67, 68, 70, 71, 73, 76, 96, 98, 107, 174, 184],
  [2, 5, 31, 37, 46, 62, 78, 80, 83, 86, 89, 91, 93, 94, 176, 213],
  [27, 36, 39, 42, 49, 58, 60, 61, 101, 106, 112, 114, 121, 175, 182, 220],
  [177, 179, 181, 186, 187, 189, 190, 191, 200, 201, 177, 186, 187, 189, 190, 201],
  [41, 102, 105, 197, 41, 102, 105, 197, 41, 102, 105, 197, 41, 102, 105, 197],
]

extension Scratch {
  /// Adds a public IPv4 address such as a provider in the region of `registry` gives to its customers.
  mutating func append(addressOf registry: Int, _ draws: inout Draws) {
    let draw = draws.next()
    append(octet: UInt64(addressBlocks[registry][Int(truncatingIfNeeded: draw >> 60)]))
    append(UInt8(ascii: "."))
    append(octet: draw & 0xFF)
    append(UInt8(ascii: "."))
    append(octet: draw >> 8 & 0xFF)
    append(UInt8(ascii: "."))
    // A host is not 0 and not 255.
    append(octet: 1 + ((draw >> 16 & 0xFFFF) &* 254) >> 16)
  }

  @inline(__always) private mutating func append(octet: UInt64) {
    append(decimal: octet, width: octet >= 100 ? 3 : octet >= 10 ? 2 : 1)
  }
}

internal import Bytes

/// Makes the ids of requests that come without one: a random prefix per loop and a counter.
struct RequestIdentifiers {
  private let prefix = UInt32.random(in: 0 ... .max)
  private var count: UInt32 = 0

  /// Puts the request's id into its `identifier`: the client's own if it is fit for a log line, else a new one.
  mutating func assign(to request: Request) {
    request.identifier.removeAll()
    let given = request.withHeader("x-request-id") { value -> Bool in
      guard let value, value.count >= 1, value.count <= 128, value.allSatisfy(Self.isFit) else {
        return false
      }
      request.identifier.append(value)
      return true
    }
    if given { return }
    count &+= 1
    append(prefix, to: &request.identifier)
    append(count, to: &request.identifier)
  }

  /// Adds eight hexadecimal digits.
  private func append(_ number: UInt32, to buffer: inout ByteBuffer) {
    // One digit a byte, the first of them lowest in memory.
    var digits = UInt64(number)
    digits = (digits | digits << 16) & 0x0000_FFFF_0000_FFFF
    digits = (digits | digits << 8) & 0x00FF_00FF_00FF_00FF
    digits = (digits | digits << 4) & 0x0F0F_0F0F_0F0F_0F0F
    // 6 more carry a digit beyond 9 into the next four bits; letters are 39 behind the colon's place.
    let letters = (digits &+ 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101
    let text = (digits &+ 0x3030_3030_3030_3030 &+ letters &* 39).bigEndian
    withUnsafeBytes(of: text) { buffer.append($0) }
  }

  private static func isFit(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: ":"): true
    default: false
    }
  }
}

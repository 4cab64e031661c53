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

  private func append(_ number: UInt32, to buffer: inout ByteBuffer) {
    let digits: StaticString = "0123456789abcdef"
    for shift in stride(from: 28, through: 0, by: -4) {
      buffer.append(digits.utf8Start[Int(number >> UInt32(shift) & 15)])
    }
  }

  private static func isFit(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: ":"): true
    default: false
    }
  }
}

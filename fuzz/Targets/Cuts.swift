/// Ways to cut bytes that arrive: they depend on the bytes alone, so that an input that was found stays one.
enum Cuts: CaseIterable {
  /// All at once.
  case whole
  /// In two.
  case once
  /// In pieces of up to seven bytes.
  case pieces
  case byteByByte

  func pieces(of bytes: [UInt8]) -> [ArraySlice<UInt8>] {
    switch self {
    case .whole: return bytes.isEmpty ? [] : [bytes[...]]
    case .once:
      let cut = bytes.isEmpty ? 0 : Int(Self.mix(bytes) % UInt64(bytes.count))
      return [bytes[..<cut], bytes[cut...]]
    case .pieces:
      return split(bytes) {
        $0 = $0 &* 6_364_136_223_846_793_005 &+ 1; return Int($0 >> 33 % 7) + 1
      }
    case .byteByByte: return split(bytes) { _ in 1 }
    }
  }

  private func split(_ bytes: [UInt8], _ length: (inout UInt64) -> Int) -> [ArraySlice<UInt8>] {
    var state = Self.mix(bytes)
    var pieces: [ArraySlice<UInt8>] = []
    var rest = bytes[...]
    while !rest.isEmpty {
      let piece = rest.prefix(length(&state))
      pieces.append(piece)
      rest = rest.dropFirst(piece.count)
    }
    return pieces
  }

  /// FNV-1a.
  static func mix(_ bytes: [UInt8]) -> UInt64 {
    bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }
}

internal import Bytes

/// Decodes a chunked body that arrives in any cut. Strict: CRLF alone ends a line. Extensions and trailers are
/// checked, bounded and dropped, since nobody here reads them.
struct ChunkedDecoder {
  private enum State {
    case size(digits: Int)
    case extensions
    case sizeLineFeed
    case data
    case dataCarriageReturn
    case dataLineFeed
    /// The start of a line behind the last chunk: a trailer field, or the end.
    case trailerStart
    case trailerName
    case trailerValue
    case trailerLineFeed
    case lastLineFeed
    case done
  }

  private var state = State.size(digits: 0)
  /// The size being read, then what is left of the chunk.
  private var size = 0
  private var decoded = 0
  private let limit: Int
  private var extensionBytes = 0
  private var trailerBytes = 0

  /// Bytes that the extensions of all chunks may take together, and the trailers.
  static let extrasLimit = 4096

  /// A decoder that refuses more than `limit` bytes of body.
  init(limit: Int) { self.limit = limit }

  /// True when the last chunk and its empty line were read.
  var isDone: Bool { if case .done = state { true } else { false } }

  /// Moves what can be decoded from `input` to `output`.
  mutating func decode(_ input: inout ByteBuffer, into output: inout ByteBuffer) throws(HeadError) {
    let used = try input.withBytes { bytes throws(HeadError) in
      var position = 0
      while position < bytes.count, !isDone {
        if case .data = state {
          let taken = min(size, bytes.count - position)
          output.append(UnsafeRawBufferPointer(rebasing: bytes[position..<position + taken]))
          position += taken
          size -= taken
          if size == 0 { state = .dataCarriageReturn }
        } else {
          try step(bytes[position])
          position += 1
        }
      }
      return position
    }
    input.removeFirst(used)
  }

  private mutating func step(_ byte: UInt8) throws(HeadError) {
    switch state {
    case .size(let digits): try readSize(byte, digits)
    case .extensions:
      extensionBytes += 1
      guard extensionBytes <= Self.extrasLimit, ASCII.isFieldContent(byte) || byte == ASCII.carriageReturn
      else { throw .malformed("a chunk's extensions are malformed or too long") }
      if byte == ASCII.carriageReturn { state = .sizeLineFeed }
    case .sizeLineFeed:
      try expect(byte, ASCII.lineFeed)
      try beginChunk()
    case .dataCarriageReturn:
      try expect(byte, ASCII.carriageReturn)
      state = .dataLineFeed
    case .dataLineFeed:
      try expect(byte, ASCII.lineFeed)
      state = .size(digits: 0)
    case .trailerStart, .trailerName, .trailerValue, .trailerLineFeed: try readTrailer(byte)
    case .lastLineFeed:
      try expect(byte, ASCII.lineFeed)
      state = .done
    case .data, .done: break
    }
  }

  private mutating func readSize(_ byte: UInt8, _ digits: Int) throws(HeadError) {
    if let digit = ASCII.hexDigit(byte) {
      guard digits < 15 else { throw .malformed("a chunk's size is too large") }
      size = size << 4 | Int(digit)
      state = .size(digits: digits + 1)
    } else if digits == 0 {
      throw .malformed("a chunk has no size")
    } else if byte == ASCII.carriageReturn {
      state = .sizeLineFeed
    } else if byte == UInt8(ascii: ";") {
      state = .extensions
    } else {
      throw .malformed("a chunk's size is malformed")
    }
  }

  private mutating func beginChunk() throws(HeadError) {
    if size > limit - decoded { throw BodyDecoder.tooLarge(limit) }
    decoded += size
    state = size == 0 ? .trailerStart : .data
  }

  private mutating func readTrailer(_ byte: UInt8) throws(HeadError) {
    trailerBytes += 1
    guard trailerBytes <= Self.extrasLimit else {
      throw HeadError(status: .headerFieldsTooLarge, detail: "the fields behind the body are too long")
    }
    switch state {
    case .trailerStart where byte == ASCII.carriageReturn: state = .lastLineFeed
    case .trailerStart where ASCII.isToken(byte), .trailerName where ASCII.isToken(byte): state = .trailerName
    case .trailerName where byte == ASCII.colon: state = .trailerValue
    case .trailerValue where ASCII.isFieldContent(byte): break
    case .trailerValue where byte == ASCII.carriageReturn: state = .trailerLineFeed
    case .trailerLineFeed where byte == ASCII.lineFeed: state = .trailerStart
    default: throw .malformed("a field behind the body is malformed")
    }
  }

  private func expect(_ byte: UInt8, _ wanted: UInt8) throws(HeadError) {
    if byte != wanted { throw .malformed("a chunk does not end where its size says") }
  }
}

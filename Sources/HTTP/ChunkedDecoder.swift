internal import Bytes

/// Decodes a chunked body that arrives in any cut. Strict: CRLF alone ends a line; extensions are read over within
/// a limit; trailers are refused unless empty, since nobody here reads them.
struct ChunkedDecoder {
  private enum State {
    case size(value: Int, digits: Int)
    case extensions(value: Int)
    case sizeLineFeed(value: Int)
    case data(remaining: Int)
    case dataCarriageReturn
    case dataLineFeed
    case trailerCarriageReturn
    case trailerLineFeed
    case done
  }

  private var state = State.size(value: 0, digits: 0)
  private var extensionBytes = 0

  /// True when the last chunk and its empty line were read.
  var isDone: Bool { if case .done = state { true } else { false } }

  /// Moves what can be decoded from `input` to `output`.
  mutating func decode(_ input: inout ByteBuffer, into output: inout ByteBuffer) throws(HeadError) {
    while !isDone, !input.isEmpty {
      if case .data(let remaining) = state {
        let taken = min(remaining, input.count)
        input.withBytes { output.append(UnsafeRawBufferPointer(rebasing: $0.prefix(taken))) }
        input.removeFirst(taken)
        state = taken == remaining ? .dataCarriageReturn : .data(remaining: remaining - taken)
        continue
      }
      let byte = input.withBytes { $0[0] }
      input.removeFirst(1)
      try step(byte)
    }
  }

  private mutating func step(_ byte: UInt8) throws(HeadError) {
    switch state {
    case .size(let value, let digits):
      if let digit = ASCII.hexDigit(byte) {
        guard digits < 15 else { throw .malformed("a chunk's size is too large") }
        state = .size(value: value << 4 | Int(digit), digits: digits + 1)
      } else if digits == 0 {
        throw .malformed("a chunk has no size")
      } else if byte == ASCII.carriageReturn {
        state = .sizeLineFeed(value: value)
      } else if byte == UInt8(ascii: ";") {
        state = .extensions(value: value)
      } else {
        throw .malformed("a chunk's size is malformed")
      }
    case .extensions(let value):
      extensionBytes += 1
      guard extensionBytes <= 1024, ASCII.isFieldContent(byte) || byte == ASCII.carriageReturn else {
        throw .malformed("a chunk's extensions are malformed or too long")
      }
      if byte == ASCII.carriageReturn { state = .sizeLineFeed(value: value) }
    case .sizeLineFeed(let value):
      try expect(byte, ASCII.lineFeed)
      state = value == 0 ? .trailerCarriageReturn : .data(remaining: value)
    case .dataCarriageReturn:
      try expect(byte, ASCII.carriageReturn)
      state = .dataLineFeed
    case .dataLineFeed:
      try expect(byte, ASCII.lineFeed)
      state = .size(value: 0, digits: 0)
    case .trailerCarriageReturn:
      try expect(byte, ASCII.carriageReturn)
      state = .trailerLineFeed
    case .trailerLineFeed:
      try expect(byte, ASCII.lineFeed)
      state = .done
    case .data, .done: break
    }
  }

  private func expect(_ byte: UInt8, _ wanted: UInt8) throws(HeadError) {
    if byte != wanted {
      throw .malformed("a chunk does not end where its size says, or trailers follow the body")
    }
  }
}

internal import Bytes

/// Takes one body out of the bytes that follow its head, in any cut.
struct BodyDecoder {
  private enum State {
    case none
    case length(remaining: Int)
    case chunked(ChunkedDecoder)
  }

  private var state: State

  /// A decoder for `body`; throws at once if that says that it is longer than `limit` bytes.
  init(_ body: RequestHead.Body, limit: Int) throws(HeadError) {
    switch body {
    case .none: state = .none
    case .length(let length):
      if length > limit { throw Self.tooLarge(limit) }
      state = .length(remaining: length)
    case .chunked: state = .chunked(ChunkedDecoder(limit: limit))
    }
  }

  /// Bytes of the body that are still to come; nil where nobody can know.
  var remaining: Int? {
    switch state {
    case .none: 0
    case .length(let remaining): remaining
    case .chunked(let decoder): decoder.isDone ? 0 : nil
    }
  }

  /// Moves what has arrived from `input` to `output`; true when the body is complete. What follows it stays.
  mutating func decode(_ input: inout ByteBuffer, into output: inout ByteBuffer) throws(HeadError) -> Bool {
    switch state {
    case .none: return true
    case .length(let remaining):
      let taken = min(remaining, input.count)
      input.withBytes { output.append(UnsafeRawBufferPointer(rebasing: $0.prefix(taken))) }
      input.removeFirst(taken)
      state = .length(remaining: remaining - taken)
      return taken == remaining
    case .chunked(var decoder):
      try decoder.decode(&input, into: &output)
      state = .chunked(decoder)
      return decoder.isDone
    }
  }

  static func tooLarge(_ limit: Int) -> HeadError {
    HeadError(
      status: .contentTooLarge,
      detail: limit == 0 ? "no body is expected here" : "the body is larger than \(limit) bytes")
  }
}

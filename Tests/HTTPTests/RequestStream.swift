import Bytes

@testable import HTTP

/// A request as text, for comparison.
struct ReadRequest: Equatable {
  var method: String
  var path: String
  var query: String
  var fields: [String]
  var body: String
  var keepsAlive: Bool
  var expectsContinue: Bool
}

/// What a connection does with the bytes that arrive, without a connection: heads and bodies one behind the other.
struct RequestStream: ~Copyable {
  var limits = HeadLimits()
  var bodyLimit = 1 << 20
  private var input = ByteBuffer()
  private var scanner = HeadScanner()
  private var decoder: BodyDecoder?
  private var head = RequestHead()
  private var headBytes = ByteBuffer()
  private var body = ByteBuffer()
  private(set) var requests: [ReadRequest] = []

  /// Bytes that belong to no complete request yet.
  var leftOver: String { input.text() }
  /// True between two requests.
  var isBetweenRequests: Bool { input.isEmpty && decoder == nil }

  mutating func feed(_ bytes: some Sequence<UInt8>) throws(HeadError) {
    for byte in bytes { input.append(byte) }
    while try advance() {}
  }

  /// One step: a head, or a body; false if more bytes are needed.
  private mutating func advance() throws(HeadError) -> Bool {
    if decoder == nil {
      let limits = limits
      let progress = try scan(limits)
      guard case .complete(let length) = progress else { return false }
      headBytes.removeAll()
      input.withBytes { headBytes.append(UnsafeRawBufferPointer(rebasing: $0.prefix(length))) }
      input.removeFirst(length)
      try parse(limits)
      decoder = try BodyDecoder(head.body, limit: bodyLimit)
    }
    guard var decoder else { return false }
    let isDone = try decoder.decode(&input, into: &body)
    self.decoder = decoder
    if !isDone { return false }
    requests.append(request())
    self.decoder = nil
    scanner = HeadScanner()
    body.removeAll()
    return true
  }

  private mutating func scan(_ limits: HeadLimits) throws(HeadError) -> HeadScanner.Progress {
    try input.withBytes { bytes throws(HeadError) in try scanner.scan(bytes, limits) }
  }

  private mutating func parse(_ limits: HeadLimits) throws(HeadError) {
    try headBytes.withBytes { bytes throws(HeadError) in try HeadParser.parse(bytes, limits, into: &head) }
  }

  private func request() -> ReadRequest {
    headBytes.withBytes { bytes in
      func text(_ span: Span) -> String { String(decoding: span.of(bytes), as: UTF8.self) }
      return ReadRequest(
        method: head.method.rawValue, path: text(head.path), query: text(head.query),
        fields: head.fields.map { "\(text($0.name))=\(text($0.value))" }, body: body.text(),
        keepsAlive: head.keepsAlive, expectsContinue: head.expectsContinue)
    }
  }
}

extension RequestStream {
  /// All requests of `bytes`, fed in one piece; nothing may be left.
  static func read(_ bytes: some Sequence<UInt8>) throws(HeadError) -> [ReadRequest] {
    var stream = RequestStream()
    try stream.feed(bytes)
    return stream.requests
  }

  /// The status that `bytes` are refused with; nil if they are not refused.
  static func refusal(_ bytes: [UInt8], limits: HeadLimits = HeadLimits(), bodyLimit: Int = 1 << 20)
    -> HeadError?
  {
    var stream = RequestStream()
    stream.limits = limits
    stream.bodyLimit = bodyLimit
    do throws(HeadError) {
      try stream.feed(bytes)
      return nil
    } catch {
      return error
    }
  }
}

extension String {
  /// The text as bytes; `\u{80}` to `\u{FF}` are single bytes.
  var latin1: [UInt8] { unicodeScalars.map { UInt8($0.value) } }
}

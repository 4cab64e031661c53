internal import Bytes
internal import EventLoop
internal import Gzip

/// Answers that are large enough to be worth compressing.
extension HTTPConnection {
  /// Up to this size a body is compressed on the loop, in well under a tenth of a millisecond; many answers of one
  /// turn together stay far from holding it up. Larger ones go to the thread pool.
  private static let quickSize = 8 * 1024

  private static let varies = [Header("Vary", "Accept-Encoding")]
  private static let variesAndIsGzip = varies + [Header("Content-Encoding", "gzip")]

  /// Sends a complete answer, compressed if its type and the client allow it.
  func negotiate(
    _ status: Status, type: StaticString, headers: [Header], _ buffers: consuming AnswerBuffers
  ) {
    guard !status.forbidsBody, Self.isCompressible(type), !Self.isNegotiated(headers) else {
      return send(status, type: type, headers: headers, buffers)
    }
    guard request.acceptsGzip else {
      return send(status, type: type, headers: Self.join(headers, Self.varies), buffers)
    }
    let headers = Self.join(headers, Self.variesAndIsGzip)
    // HEAD has the head of GET. The length would cost the work that HEAD is there to save, so it is left out.
    if request.method == .head {
      return send(status, type: type, headers: headers, isMeasured: false, buffers)
    }
    let answer = DeferredAnswer(status: status, type: type, headers: headers)
    swap(&answer.body, &buffers.body)
    server.giveBack(buffers)
    if answer.body.count <= Self.quickSize {
      server.compress(answer)
      sendCompressed(answer)
    } else {
      // From here on it has its answer; ``sendDeferred()`` says how long it took and what went out.
      noteAnswer(status, length: 0)
      deferred = answer
    }
  }

  /// Compresses the answer that was put off and sends it.
  func sendDeferred() async {
    guard let answer = deferred else { return }
    deferred = nil
    // Until it is compressed it is memory that its reader holds.
    let held = answer.body.count
    share.hold(held)
    // Without the thread pool it goes out as it is.
    try? await server.loop.offload {
      var writer = GzipWriter(level: DeferredAnswer.level)
      answer.compress(by: &writer)
    }
    share.hold(-held)
    sendCompressed(answer)
  }

  private func sendCompressed(_ answer: DeferredAnswer) {
    var buffers = server.takeBuffers()
    var headers = answer.headers
    if answer.isCompressed {
      server.counts.compressed += 1
      swap(&answer.packed, &buffers.body)
    } else {
      headers.removeAll { $0 == Self.variesAndIsGzip[1] }
      swap(&answer.body, &buffers.body)
    }
    send(answer.status, type: answer.type, headers: headers, buffers)
  }

  /// Most answers have no headers of their own, and then nothing is allocated.
  private static func join(_ headers: [Header], _ more: [Header]) -> [Header] {
    headers.isEmpty ? more : headers + more
  }

  /// True where the handler has chosen the form of the body itself.
  private static func isNegotiated(_ headers: [Header]) -> Bool {
    headers.contains { header in
      let name = "\(header.name)"
      return name == "Content-Encoding" || name == "Vary"
    }
  }

  /// Text in its many forms; images and archives are compressed already.
  private static func isCompressible(_ type: StaticString) -> Bool {
    let bytes = UnsafeRawBufferPointer(start: type.utf8Start, count: type.utf8CodeUnitCount)
    if starts(bytes, "application/json") || starts(bytes, "text/") { return true }
    return starts(bytes, "application/problem+json") || starts(bytes, "application/javascript")
      || starts(bytes, "application/xml") || starts(bytes, "image/svg+xml")
  }

  private static func starts(_ bytes: UnsafeRawBufferPointer, _ prefix: StaticString) -> Bool {
    let length = prefix.utf8CodeUnitCount
    return bytes.count >= length && ASCII.equals(UnsafeRawBufferPointer(rebasing: bytes[..<length]), prefix)
  }
}

/// An answer between its handler and the compressor.
///
/// SAFETY: `@unchecked Sendable` since the loop and the thread pool touch it one after the other, with libuv's queue
/// between them.
final class DeferredAnswer: @unchecked Sendable {
  let status: Status
  let type: StaticString
  let headers: [Header]
  var body = ByteBuffer(capacity: 16)
  var packed = ByteBuffer(capacity: 16)
  private(set) var isCompressed = false

  init(status: Status, type: StaticString, headers: [Header]) {
    self.status = status
    self.type = type
    self.headers = headers
  }

  /// The one that costs least: what it leaves on the table is small beside what it saves.
  static let level: Int32 = 1

  /// Compresses the body as one member of gzip.
  func compress(by writer: inout GzipWriter) {
    body.withBytes { writer.write($0, to: &packed) }
    writer.endMember(to: &packed)
    isCompressed = true
    body.removeAll(keepingAtMost: 16)
  }
}

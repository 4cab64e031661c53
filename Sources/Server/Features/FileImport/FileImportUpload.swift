import Bytes
import EventLoop
import Gzip
import HTTP

/// The bytes of the file that is being sent, unpacked if it is compressed, in pieces.
struct FileImportUpload: ~Copyable {
  private let loop: Loop
  private let body: RequestBody
  private let limit: Int
  private let isGzip: Bool
  private var reader = GzipReader()
  private var packed = ByteBuffer(capacity: 16)
  /// Bytes that were unpacked, in all and since the loop's other tasks had their turn.
  private var unpacked = 0
  private var sinceTurn = 0
  /// What ``next()`` has found.
  var piece = ByteBuffer(capacity: 16)

  /// Bytes that are unpacked at once.
  private static let pieceSize = 64 * 1024
  private static let turnSize = 256 * 1024

  /// The file in `body`. It may be `limit` bytes long, unpacked.
  init(_ loop: Loop, _ body: consuming RequestBody, limit: Int, isGzip: Bool) {
    self.loop = loop
    self.body = body
    self.limit = limit
    self.isGzip = isGzip
  }

  /// Puts the next piece in place of the last; false behind the end.
  mutating func next() async throws -> Bool {
    piece.removeAll(keepingAtMost: 128 * 1024)
    guard isGzip else { return try await body.read(into: &piece) }
    while piece.isEmpty {
      if packed.isEmpty, try await !body.read(into: &packed) {
        if reader.isInsideMember { throw Self.broken("it ends before its end") }
        return false
      }
      try unpack()
    }
    if sinceTurn >= Self.turnSize {
      sinceTurn = 0
      try await loop.sleep(milliseconds: 0)
    }
    return true
  }

  private mutating func unpack() throws {
    do {
      let consumed = try packed.withBytes { bytes throws(GzipError) in
        try reader.read(bytes, to: &piece, atMost: Self.pieceSize).consumed
      }
      packed.removeFirst(consumed)
    } catch {
      throw Self.broken("\(error)")
    }
    unpacked += piece.count
    sinceTurn += piece.count
    if unpacked > limit {
      throw Problem(.contentTooLarge, "the body is larger than \(limit) bytes when it is unpacked")
    }
  }

  private static func broken(_ reason: String) -> Problem {
    Problem(.badRequest, "the body is no gzip, though Content-Encoding says so: \(reason)")
  }
}

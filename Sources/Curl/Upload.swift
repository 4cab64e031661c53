public import Bytes
internal import CCurl
internal import EventLoop

/// A body that is sent while it is made, piece by piece.
public struct Upload: Sendable {
  /// Its bytes; nil if nobody knows, and it goes in chunks.
  public var length: Int?
  /// Adds the next piece to the buffer; false, with nothing added, behind the last one. It is asked for while the piece
  /// before it is sent, so that memory stays at two pieces.
  public var next: @Sendable (inout ByteBuffer) async throws -> Bool

  /// A body that `next` makes.
  public init(length: Int?, next: @escaping @Sendable (inout ByteBuffer) async throws -> Bool) {
    self.length = length
    self.next = next
  }
}

/// What lies between the maker of a body and libcurl, which takes bytes in a callback and rests where there are none.
/// SAFETY: `@unchecked Sendable` since it is used on the thread of the client's loop alone.
final class UploadPipe: @unchecked Sendable {
  let length: Int?
  private let loop: Loop
  private var piece = ByteBuffer(capacity: 16)
  private var hasEnded = false
  private var isPaused = false
  private var waiter: UnsafeContinuation<Void, Never>?
  /// Makes a transfer that rests go on.
  var onMore: (() -> Void)?

  init(_ loop: Loop, length: Int?) {
    self.loop = loop
    self.length = length
  }

  /// Gives libcurl what there is, up to the room that it has.
  func fill(_ room: UnsafeMutableRawBufferPointer) -> Int {
    if piece.isEmpty {
      isPaused = !hasEnded
      return hasEnded ? 0 : Int(CURL_READFUNC_PAUSE)
    }
    let taken = piece.withBytes { bytes in
      let part = bytes.prefix(room.count)
      room.copyBytes(from: part)
      return part.count
    }
    piece.removeFirst(taken)
    if piece.isEmpty { wake() }
    return taken
  }

  /// Waits until libcurl has taken the piece before this one, and puts `next` there, whose memory is exchanged for
  /// what that one used.
  func put(_ next: inout ByteBuffer) async throws {
    while !piece.isEmpty {
      await withTaskCancellationHandler {
        await withUnsafeContinuation { continuation in
          waiter = continuation
          if Task.isCancelled { wake() }
        }
      } onCancel: {
        loop.execute { self.wake() }
      }
      try Task.checkCancellation()
    }
    swap(&piece, &next)
    next.removeAll()
    goOn()
  }

  /// Tells libcurl that there is no more.
  func end() {
    hasEnded = true
    goOn()
  }

  private func goOn() {
    guard isPaused else { return }
    isPaused = false
    onMore?()
  }

  private func wake() {
    waiter?.resume()
    waiter = nil
  }
}

internal import CLibPQ

/// What the server says without being asked. libpq would print it to standard error.
///
/// SAFETY: `@unchecked Sendable` since it is used on one loop's thread alone.
final class NoticeLog: @unchecked Sendable {
  /// Notices so far.
  private(set) var count = 0
  /// Why the server ends the connection, once it has said so.
  private(set) var lastWords: String?

  /// The log must live as long as `connection`.
  func listen(to connection: OpaquePointer) {
    PQsetNoticeReceiver(
      connection,
      { context, result in
        guard let context else { return }
        // SAFETY: the owner of the connection holds the log until after `PQfinish`.
        Unmanaged<NoticeLog>.fromOpaque(context).takeUnretainedValue().take(result)
      }, Unmanaged.passUnretained(self).toOpaque())
  }

  private func take(_ result: OpaquePointer?) {
    count += 1
    hear(ServerMessage(result: result))
  }

  /// Notes what may be the server's last word.
  func hear(_ message: ServerMessage) {
    if message.isFatal { lastWords = message.message }
  }
}

internal import CLibUV

/// A failed call of libuv, with the name that C gives the error.
public struct UVError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The negative number that libuv returned.
  public let code: Int32
  /// The call that failed, or nil where an event brought the error.
  public let call: String?

  /// An error that came with an event.
  public init(code: Int32, call: String? = nil) {
    self.code = code
    self.call = call
  }

  /// The C name, such as `ECONNREFUSED`.
  public var name: String { String(cString: uv_err_name(code)) }

  /// For example `uv_tcp_bind: EADDRINUSE: address already in use`.
  public var description: String {
    let message = "\(name): \(String(cString: uv_strerror(code)))"
    return call.map { "\($0): \(message)" } ?? message
  }

  /// The peer closed the connection in good order.
  public static let endOfFile = UVError(code: UV_EOF.rawValue)
  /// The handle was closed under the caller, or the task was canceled.
  public static let canceled = UVError(code: UV_ECANCELED.rawValue)
  /// A deadline of ours passed.
  public static let timedOut = UVError(code: UV_ETIMEDOUT.rawValue)
}

/// The one check of every result of libuv.
@discardableResult
func check(_ result: Int32, _ call: StaticString) throws(UVError) -> Int32 {
  if result < 0 { throw UVError(code: result, call: "\(call)") }
  return result
}

/// The one check of every result of a system call that libuv does not wrap.
@discardableResult
func checkSystem(_ result: Int32, _ call: StaticString) throws(UVError) -> Int32 {
  if result < 0 { throw UVError(code: uv_translate_sys_error(currentErrno()), call: "\(call)") }
  return result
}

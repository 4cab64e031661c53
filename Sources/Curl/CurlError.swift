internal import CCurl

/// A failed call of libcurl, with the name that C gives the error.
public struct CurlError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What a caller may do about it.
  public enum Kind: Equatable, Sendable {
    /// The connection failed, broke or stood still: the same request may succeed later.
    case connection
    /// The body is larger than the request allows.
    case tooLarge
    /// Trying again cannot help: a bad URL, a certificate that is not trusted.
    case permanent
  }

  /// The C name, such as `CURLE_COULDNT_CONNECT`.
  public let name: String
  /// libcurl's words for what happened, with the host and the port where it knows them.
  public let message: String
  /// What a caller may do about it.
  public let kind: Kind

  /// For example `CURLE_COULDNT_CONNECT: Failed to connect to localhost port 5000`.
  public var description: String { "\(name): \(message)" }

  init(_ code: CURLcode, message: String = "") {
    name = curlName(code)
    self.message = message.isEmpty ? String(cString: curl_easy_strerror(code)) : message
    kind = connectionErrors.contains(code.rawValue) ? .connection : .permanent
  }

  init(_ code: CURLMcode) {
    name = "CURLM \(code.rawValue)"
    message = String(cString: curl_multi_strerror(code))
    kind = .permanent
  }

  init(tooLarge limit: Int) {
    name = curlName(CURLE_FILESIZE_EXCEEDED)
    message = "the body is larger than \(limit) bytes"
    kind = .tooLarge
  }
}

/// The one check of every result of the easy interface.
func check(_ code: CURLcode) throws(CurlError) {
  if code != CURLE_OK { throw CurlError(code) }
}

/// The one check of every result of the multi interface.
func check(_ code: CURLMcode) throws(CurlError) {
  if code != CURLM_OK { throw CurlError(code) }
}

/// libcurl has a sentence for each code, but not the name; these are the ones that HTTP can meet.
private let names: [(CURLcode, String)] = [
  (CURLE_UNSUPPORTED_PROTOCOL, "CURLE_UNSUPPORTED_PROTOCOL"),
  (CURLE_URL_MALFORMAT, "CURLE_URL_MALFORMAT"),
  (CURLE_COULDNT_RESOLVE_PROXY, "CURLE_COULDNT_RESOLVE_PROXY"),
  (CURLE_COULDNT_RESOLVE_HOST, "CURLE_COULDNT_RESOLVE_HOST"),
  (CURLE_COULDNT_CONNECT, "CURLE_COULDNT_CONNECT"),
  (CURLE_WEIRD_SERVER_REPLY, "CURLE_WEIRD_SERVER_REPLY"),
  (CURLE_PARTIAL_FILE, "CURLE_PARTIAL_FILE"),
  (CURLE_WRITE_ERROR, "CURLE_WRITE_ERROR"),
  (CURLE_OUT_OF_MEMORY, "CURLE_OUT_OF_MEMORY"),
  (CURLE_OPERATION_TIMEDOUT, "CURLE_OPERATION_TIMEDOUT"),
  (CURLE_SSL_CONNECT_ERROR, "CURLE_SSL_CONNECT_ERROR"),
  (CURLE_GOT_NOTHING, "CURLE_GOT_NOTHING"),
  (CURLE_SEND_ERROR, "CURLE_SEND_ERROR"),
  (CURLE_RECV_ERROR, "CURLE_RECV_ERROR"),
  (CURLE_PEER_FAILED_VERIFICATION, "CURLE_PEER_FAILED_VERIFICATION"),
  (CURLE_FILESIZE_EXCEEDED, "CURLE_FILESIZE_EXCEEDED"),
]

private func curlName(_ code: CURLcode) -> String {
  names.first { $0.0 == code }?.1 ?? "CURLE \(code.rawValue)"
}

/// What a network or a server that comes back can mend.
private let connectionErrors: Set<UInt32> = Set(
  [
    CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT, CURLE_PARTIAL_FILE,
    CURLE_OPERATION_TIMEDOUT, CURLE_SSL_CONNECT_ERROR, CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR,
  ].map(\.rawValue))

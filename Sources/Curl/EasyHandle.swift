import Bytes
internal import CCurl

/// One transfer of libcurl. Owns the C handle and what the handle points at; used for one request after the other.
final class EasyHandle {
  let raw: UnsafeMutableRawPointer
  private let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
  private var headers: UnsafeMutablePointer<curl_slist>?
  private(set) var buffer: ReceiveBuffer?
  private var upload: UploadPipe?

  init() throws(CurlError) {
    guard let raw = curl_easy_init() else { throw CurlError(CURLE_OUT_OF_MEMORY) }
    self.raw = raw
  }

  deinit {
    curl_easy_cleanup(raw)
    curl_slist_free_all(headers)
    errorText.deallocate()
  }

  /// Sets the handle up for a request whose body goes to `buffer`.
  func prepare(
    _ request: HTTPRequest, into buffer: ReceiveBuffer, from upload: UploadPipe?,
    _ settings: HTTPClient.Settings
  ) throws(CurlError) {
    release()
    self.buffer = buffer
    self.upload = upload
    buffer.begin(limit: request.maximumBytes)
    errorText.pointee = 0
    try set(CURLOPT_ERRORBUFFER, errorText)
    try set(CURLOPT_NOSIGNAL, 1)
    // The end of a transfer would else wait, on the loop, for the thread that looks the host up.
    try set(CURLOPT_QUICK_EXIT, 1)
    try set(CURLOPT_PROTOCOLS_STR, "http,https")
    // A redirect would take the headers, and so the key, to where it points.
    try set(CURLOPT_FOLLOWLOCATION, 0)
    try set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
    try set(CURLOPT_TCP_NODELAY, 1)
    try set(CURLOPT_BUFFERSIZE, 64 * 1024)
    try set(CURLOPT_CONNECTTIMEOUT_MS, settings.connectMilliseconds)
    // Stalled: less than a byte a second for so many seconds, the wait for the first one included.
    try set(CURLOPT_LOW_SPEED_LIMIT, 1)
    try set(CURLOPT_LOW_SPEED_TIME, max(1, settings.stallSeconds))
    try set(CURLOPT_USERAGENT, settings.userAgent)
    try set(CURLOPT_URL, request.url)
    try check(client_set_size(raw, CURLOPT_MAXFILESIZE_LARGE, curl_off_t(request.maximumBytes)))
    // SAFETY: the handle holds `buffer` until the transfer is over or the handle goes away.
    try check(
      client_set_writer(
        raw,
        { bytes, size, count, context in
          guard let bytes, let context else { return 0 }
          let buffer = Unmanaged<ReceiveBuffer>.fromOpaque(context).takeUnretainedValue()
          let part = UnsafeRawBufferPointer(start: bytes, count: size * count)
          return buffer.take(part) ? part.count : 0
        }, Unmanaged.passUnretained(buffer).toOpaque()))
    // SAFETY: as above.
    try check(
      client_set_header_reader(
        raw,
        { bytes, size, count, context in
          guard let bytes, let context else { return 0 }
          let buffer = Unmanaged<ReceiveBuffer>.fromOpaque(context).takeUnretainedValue()
          buffer.take(headLine: UnsafeRawBufferPointer(start: bytes, count: size * count))
          return size * count
        }, Unmanaged.passUnretained(buffer).toOpaque()))
    try prepareBody(request)
    try prepareHeaders(request)
  }

  private func prepareBody(_ request: HTTPRequest) throws(CurlError) {
    guard request.method == .post else { return try set(CURLOPT_HTTPGET, 1) }
    try set(CURLOPT_POST, 1)
    if let upload { return try prepareUpload(upload) }
    try check(client_set_size(raw, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(request.body.count)))
    // Copied by libcurl; the size is set before, so the bytes may hold zeros.
    let code = request.body.withUnsafeBufferPointer { body in
      body.withMemoryRebound(to: CChar.self) {
        client_set_text(raw, CURLOPT_COPYPOSTFIELDS, $0.baseAddress ?? EasyHandle.nothing)
      }
    }
    try check(code)
  }

  private func prepareUpload(_ upload: UploadPipe) throws(CurlError) {
    try check(client_set_size(raw, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(upload.length ?? -1)))
    // On a connection that was kept and is gone by now, libcurl would have to begin again with a body that is half sent.
    try set(CURLOPT_FRESH_CONNECT, 1)
    // SAFETY: the handle holds `upload` until the transfer is over or the handle goes away.
    try check(
      client_set_reader(
        raw,
        { bytes, size, count, context in
          guard let bytes, let context else { return 0 }
          let upload = Unmanaged<UploadPipe>.fromOpaque(context).takeUnretainedValue()
          return upload.fill(UnsafeMutableRawBufferPointer(start: bytes, count: size * count))
        }, Unmanaged.passUnretained(upload).toOpaque()))
    upload.onMore = { [raw] in _ = curl_easy_pause(raw, CURLPAUSE_CONT) }
  }

  private func prepareHeaders(_ request: HTTPRequest) throws(CurlError) {
    // libcurl would wait for "100 Continue" before a large body, and call a body without a type a form. To ask before an
    // upload is worth the wait: it may be refused.
    try add(upload == nil ? "Expect:" : "Expect: 100-continue")
    if request.method == .post, !request.headers.contains(where: { $0.name == "Content-Type" }) {
      try add("Content-Type:")
    }
    for header in request.headers { try add("\(header.name): \(header.value)") }
    try check(client_set_pointer(raw, CURLOPT_HTTPHEADER, headers))
  }

  private func add(_ header: String) throws(CurlError) {
    guard let longer = curl_slist_append(headers, header) else { throw CurlError(CURLE_OUT_OF_MEMORY) }
    headers = longer
  }

  /// What came back, once the transfer has ended in good order.
  func response(_ request: HTTPRequest) throws(CurlError) -> HTTPResponse {
    // libcurl takes a head that was cut behind its first line for a whole one, with nothing behind it.
    guard buffer?.hasWholeHead == true else {
      throw CurlError(CURLE_RECV_ERROR, message: "the connection ended in the head of the answer")
    }
    var status = 0
    try check(client_get_long(raw, CURLINFO_RESPONSE_CODE, &status))
    var found: [String: String] = [:]
    for name in request.wantedHeaders {
      var header: UnsafeMutablePointer<curl_header>?
      if curl_easy_header(raw, name, 0, UInt32(CURLH_HEADER), -1, &header) == CURLHE_OK, let header {
        found[name] = String(cString: header.pointee.value)
      }
    }
    return HTTPResponse(status: status, headers: found)
  }

  /// Why the transfer failed.
  func error(_ code: CURLcode, limit: Int) -> CurlError {
    if code == CURLE_FILESIZE_EXCEEDED || code == CURLE_WRITE_ERROR { return CurlError(tooLarge: limit) }
    return CurlError(code, message: String(cString: errorText))
  }

  /// Forgets the request, but not the connection, which is the multi handle's.
  func release() {
    curl_easy_reset(raw)
    curl_slist_free_all(headers)
    headers = nil
    buffer = nil
    upload?.onMore = nil
    upload = nil
  }

  private func set(_ option: CURLoption, _ value: Int) throws(CurlError) {
    try check(client_set_long(raw, option, value))
  }

  private func set(_ option: CURLoption, _ value: String) throws(CurlError) {
    try check(client_set_text(raw, option, value))
  }

  private func set(_ option: CURLoption, _ value: UnsafeMutablePointer<CChar>) throws(CurlError) {
    try check(client_set_pointer(raw, option, value))
  }

  // SAFETY: one zero byte that nobody writes to.
  nonisolated(unsafe) private static let nothing: UnsafePointer<CChar> = {
    let zero = UnsafeMutablePointer<CChar>.allocate(capacity: 1)
    zero.initialize(to: 0)
    return UnsafePointer(zero)
  }()
}

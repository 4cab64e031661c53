/// A request method. Methods are case-sensitive; anything else is ``other``.
public enum Method: String, CaseIterable, Sendable {
  case get = "GET"
  case head = "HEAD"
  case post = "POST"
  case put = "PUT"
  case patch = "PATCH"
  case delete = "DELETE"
  case options = "OPTIONS"
  case other = ""

  init(_ bytes: UnsafeRawBufferPointer) {
    for method in Self.allCases where bytes.count == method.rawValue.utf8.count {
      if bytes.elementsEqual(method.rawValue.utf8) {
        self = method
        return
      }
    }
    self = .other
  }
}

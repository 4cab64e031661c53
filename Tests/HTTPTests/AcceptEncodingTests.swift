import Testing

@testable import HTTP

/// Who wants gzip and who does not.
@Suite struct AcceptEncodingTests {
  private func prefersGzip(_ fields: [String]) -> Bool {
    var accepted = AcceptEncoding()
    for field in fields { Array(field.utf8).withUnsafeBytes { accepted.add($0) } }
    return accepted.prefersGzip
  }

  @Test(arguments: [
    "gzip", "GZip", "x-gzip", "*", "gzip, deflate, br", "deflate,gzip", " gzip ", "gzip;q=1", "gzip;q=0.001",
    "gzip ; Q=0.5", "gzip;\tq=1.000", "gzip; q=0.", "br;q=1.0, gzip;q=0.8, *;q=0.1", "identity;q=0.5, gzip",
    "identity;q=0.5, gzip;q=0.5", "identity;q=0, *;q=0.5", "deflate;q=0, *", "gzip;q=0.2, x-gzip;q=0",
    ",,gzip,,",
  ])
  func takesGzip(_ field: String) {
    // A weight of "0." is a zero with nothing behind it.
    #expect(prefersGzip([field]) == (field != "gzip; q=0."))
  }

  @Test(arguments: [
    "", " ", ",", "identity", "br", "deflate", "gzip;q=0", "gzip;q=0.0", "gzip;q=0.000", "*;q=0",
    "gzip;q=0, *", "*;q=0, identity", "identity, gzip;q=0.9", "identity;q=0.6, *;q=0.5", "gzipped", "zip",
    "x-gzip2", "gzip gzip", "gzip=1",
    // What is no weight says nothing, so neither does its element.
    "gzip;q=", "gzip;q", "gzip;", "gzip;q=2", "gzip;q=1.001", "gzip;q=0.0001", "gzip;q=-1", "gzip;q=.5",
    "gzip;q=0,5", "gzip;level=9", "gzip;q=1;q=0", "gzip;q=nan", "gzip;q=1e0",
  ])
  func takesNone(_ field: String) {
    #expect(!prefersGzip([field]))
  }

  @Test func severalFieldsAreOneList() {
    #expect(prefersGzip(["br", "gzip"]))
    #expect(!prefersGzip(["*", "gzip;q=0"]))
    #expect(!prefersGzip([]))
  }
}

import Testing

/// Requests that are to be understood, and what is to be understood by them.
struct Sample: CustomTestStringConvertible {
  let text: String
  let requests: [ReadRequest]

  init(_ text: String, _ requests: ReadRequest...) {
    self.text = text
    self.requests = requests
  }

  var testDescription: String { text.debugDescription }

  static func request(
    _ method: String, _ path: String, query: String = "", _ fields: [String] = ["Host=a"], body: String = "",
    keepsAlive: Bool = true, expectsContinue: Bool = false
  ) -> ReadRequest {
    ReadRequest(
      method: method, path: path, query: query, fields: fields, body: body, keepsAlive: keepsAlive,
      expectsContinue: expectsContinue)
  }

  static let all: [Sample] = [
    // Request lines.
    Sample("GET / HTTP/1.1\r\nHost: a\r\n\r\n", request("GET", "/")),
    Sample("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", request("GET", "/")),
    Sample(
      "GET /customer/5?a=b&c=%20 HTTP/1.1\r\nHost: a\r\n\r\n",
      request("GET", "/customer/5", query: "a=b&c=%20")),
    Sample("GET /?? HTTP/1.1\r\nHost: a\r\n\r\n", request("GET", "/", query: "?")),
    Sample("GET /a?b?c=/d HTTP/1.1\r\nHost: a\r\n\r\n", request("GET", "/a", query: "b?c=/d")),
    Sample("BREW /pot HTTP/1.1\r\nHost: a\r\n\r\n", request("", "/pot")),
    Sample("get / HTTP/1.1\r\nHost: a\r\n\r\n", request("", "/")),
    Sample("GET /~!$&'()*+,;=:@-._ HTTP/1.1\r\nHost: a\r\n\r\n", request("GET", "/~!$&'()*+,;=:@-._")),
    Sample("GET //customers HTTP/1.1\r\nHost: a\r\n\r\n", request("GET", "//customers")),
    Sample("GET /a/../b HTTP/1.1\r\nHost: a\r\n\r\n", request("GET", "/a/../b")),
    Sample("GET /%00%zz HTTP/1.1\r\nHost: a\r\n\r\n", request("GET", "/%00%zz")),
    // Forms of the target.
    Sample("GET http://a/b?c HTTP/1.1\r\nHost: a\r\n\r\n", request("GET", "/b", query: "c")),
    Sample("GET HTTPS://a:443/b HTTP/1.1\r\nHost: a\r\n\r\n", request("GET", "/b")),
    Sample("GET http://a HTTP/1.1\r\nHost: a\r\n\r\n", request("GET", "/")),
    Sample("GET http://a?b/c HTTP/1.1\r\nHost: a\r\n\r\n", request("GET", "/", query: "b/c")),
    Sample("GET http://[::1]:80/ HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", request("GET", "/", ["Host=[::1]:80"])),
    Sample("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", request("OPTIONS", "*")),
    // Fields.
    Sample("GET / HTTP/1.1\r\nHost:a\r\n\r\n", request("GET", "/")),
    Sample("GET / HTTP/1.1\r\nHost: \t a\t \r\n\r\n", request("GET", "/")),
    Sample("GET / HTTP/1.1\r\nHost:\r\n\r\n", request("GET", "/", ["Host="])),
    Sample("GET / HTTP/1.1\r\nhOST: a\r\nX:\r\nx: 1\r\n\r\n", request("GET", "/", ["hOST=a", "X=", "x=1"])),
    Sample(
      "GET / HTTP/1.1\r\nHost: a\r\nX: a b\tc:d, \"e\"\r\n\r\n",
      request("GET", "/", ["Host=a", "X=a b\tc:d, \"e\""])),
    Sample(
      "GET / HTTP/1.1\r\nHost: a\r\n!#$%&'*+-.^_`|~0Z: v\r\n\r\n",
      request("GET", "/", ["Host=a", "!#$%&'*+-.^_`|~0Z=v"])),
    // Staying and leaving.
    Sample(
      "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
      request("GET", "/", ["Host=a", "Connection=close"], keepsAlive: false)),
    Sample(
      "GET / HTTP/1.1\r\nHost: a\r\nConnection: x , CLOSE\r\n\r\n",
      request("GET", "/", ["Host=a", "Connection=x , CLOSE"], keepsAlive: false)),
    Sample(
      "GET / HTTP/1.1\r\nHost: a\r\nConnection: closed\r\n\r\n",
      request("GET", "/", ["Host=a", "Connection=closed"])),
    Sample("GET / HTTP/1.0\r\n\r\n", request("GET", "/", [], keepsAlive: false)),
    Sample(
      "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", request("GET", "/", ["Connection=Keep-Alive"])),
    Sample(
      "GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n",
      request("GET", "/", ["Connection=keep-alive, close"], keepsAlive: false)),
    Sample(
      "GET / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n",
      request("GET", "/", ["Expect=100-continue"], keepsAlive: false)),
    Sample("GET / HTTP/1.9\r\nHost: a\r\n\r\n", request("GET", "/")),
    // Bodies.
    Sample(
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
      request("POST", "/", ["Host=a", "Content-Length=5"], body: "hello")),
    Sample(
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
      request("POST", "/", ["Host=a", "Content-Length=0"])),
    Sample(
      "POST / HTTP/1.1\r\nHost: a\r\ncontent-length: 007\r\n\r\n\r\n\r\n\0\r\n",
      request("POST", "/", ["Host=a", "content-length=007"], body: "\r\n\r\n\0\r\n")),
    Sample(
      "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 1\r\n\r\n.",
      request(
        "POST", "/", ["Host=a", "Expect=100-Continue", "Content-Length=1"], body: ".", expectsContinue: true)),
    Sample(
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \t Chunked \r\n\r\n5\r\nhello\r\n0\r\n\r\n",
      request("POST", "/", ["Host=a", "Transfer-Encoding=Chunked"], body: "hello")),
    Sample(
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      request("POST", "/", ["Host=a", "Transfer-Encoding=chunked"])),
    Sample(
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        + "00A;name=\"v a\";x\r\n0123456789\r\n1;\r\n\r\r\n000\r\nX-Sum: 1\r\nY:\r\n\r\n",
      request("POST", "/", ["Host=a", "Transfer-Encoding=chunked"], body: "0123456789\r")),
    // One behind the other.
    Sample(
      "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\n"
        + "POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nyo\r\n0\r\n\r\n"
        + "GET /d HTTP/1.1\r\nHost: a\r\n\r\n",
      request("POST", "/a", ["Host=a", "Content-Length=2"], body: "hi"), request("GET", "/b"),
      request("POST", "/c", ["Host=a", "Transfer-Encoding=chunked"], body: "yo"), request("GET", "/d")),
  ]
}

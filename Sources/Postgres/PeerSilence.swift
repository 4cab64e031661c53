/// How a peer that vanished without a word is noticed, where packets go out and nothing comes back: by us through libpq's
/// parameters, by the server through settings of the session. Without them each would hold on to what belongs to the
/// other, such as a lock, for a quarter of an hour to two hours.
enum PeerSilence {
  /// libpq's parameters where the settings are silent: a minute, whether we wait for the peer or have sent it something.
  static let defaults = [
    "keepalives_idle": "30", "keepalives_interval": "10", "keepalives_count": "3",
    "tcp_user_timeout": "60000",
  ]

  /// The same times for the server's end, as SQL for a `SELECT`. It takes no heed of them on a Unix socket.
  static func serverSettings(_ settings: ConnectionSettings) -> String {
    var calls: [String] = []
    for (keyword, value) in defaults.sorted(by: { $0.key < $1.key }) {
      // What is no number libpq has refused by now.
      let number = settings[keyword].flatMap { Int32($0) }.map { "\($0)" } ?? value
      let name = keyword == "tcp_user_timeout" ? keyword : "tcp_\(keyword)"
      calls.append("set_config('\(name)', '\(settings["keepalives"] == "0" ? "0" : number)', false)")
    }
    return calls.joined(separator: ", ")
  }
}

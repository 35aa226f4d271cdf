import Glibc

/// A date as HTTP writes it (RFC 9110, IMF-fixdate): `Sun, 06 Nov 1994 08:49:37 GMT`.
struct HTTPDate: Comparable, CustomStringConvertible {
    /// Since 1970, UTC.
    var seconds: Int

    init(seconds: Int) { self.seconds = seconds }

    static func now() -> HTTPDate { HTTPDate(seconds: time(nil)) }

    /// The two older forms of the RFC are not read; a client that sends one gets the whole file.
    init?(_ text: String) {
        let parts = text.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 6, parts[5] == "GMT", parts[0].utf8.count == 4, parts[0].hasSuffix(","),
            let day = Int32(parts[1]), 1...31 ~= day,
            let month = Self.months.firstIndex(of: String(parts[2])),
            let year = Int32(parts[3]), 1970...9999 ~= year
        else { return nil }
        let clock = parts[4].split(separator: ":", omittingEmptySubsequences: false).compactMap { Int32($0) }
        guard clock.count == 3, 0...23 ~= clock[0], 0...59 ~= clock[1], 0...60 ~= clock[2] else { return nil }
        var fields = tm()
        fields.tm_year = year - 1900
        fields.tm_mon = Int32(month)
        fields.tm_mday = day
        fields.tm_hour = clock[0]
        fields.tm_min = clock[1]
        fields.tm_sec = clock[2]
        seconds = timegm(&fields)
    }

    var description: String {
        var fields = tm()
        var seconds = seconds
        gmtime_r(&seconds, &fields)
        let day = "\(Self.days[Int(fields.tm_wday)]), \(padded(fields.tm_mday)) \(Self.months[Int(fields.tm_mon)])"
        let clock = "\(padded(fields.tm_hour)):\(padded(fields.tm_min)):\(padded(fields.tm_sec))"
        return "\(day) \(fields.tm_year + 1900) \(clock) GMT"
    }

    static func < (left: Self, right: Self) -> Bool { left.seconds < right.seconds }

    // Not strftime: that follows the locale.
    private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}

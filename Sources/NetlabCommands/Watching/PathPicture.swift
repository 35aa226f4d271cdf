import Checks

/// Several ways side by side, as text or as a picture.
struct PathPicture {
    private let comparison: PathComparison

    init(_ comparison: PathComparison) { self.comparison = comparison }

    var text: String {
        var table = TextTable(["from", "throughput", "ratio", "latency", "ratio", "hops"])
        for way in comparison.ways {
            table.add([
                way.from, Self.speed(way), PathComparison.rounded(way.throughputRatio), Self.latency(way),
                PathComparison.rounded(way.latencyRatio), way.hops.joined(separator: " → "),
            ])
        }
        return """
            to \(comparison.to), medians of \(comparison.rounds) rounds

            \(table.text)

            Ratios are to \(comparison.ways.first?.from ?? "the first"). The absolute figures are those of this machine.
            """
    }

    private static func speed(_ way: PathComparison.Way) -> String {
        "\(PathComparison.rounded(way.bitsPerSecond / 1e9)) Gbit/s"
    }

    private static func latency(_ way: PathComparison.Way) -> String {
        "\(Int(way.roundTripMicroseconds.rounded())) µs"
    }

    // MARK: SVG

    private static let (rowHeight, left, barWidth) = (26, 150, 300)

    /// Two groups of bars, as long as the ratios.
    var svg: String {
        let groups = [
            ("throughput", comparison.ways.map { (way: $0, ratio: $0.throughputRatio, label: Self.speed($0)) }),
            ("latency", comparison.ways.map { (way: $0, ratio: $0.latencyRatio, label: Self.latency($0)) }),
        ]
        var lines: [String] = []
        var y = 40
        for (name, bars) in groups {
            lines.append(#"<text x="10" y="\#(y)" font-weight="bold">\#(name)</text>"#)
            let longest = bars.map(\.ratio).max() ?? 1
            for (place, bar) in bars.enumerated() {
                y += Self.rowHeight
                let width = Int(bar.ratio / longest * Double(Self.barWidth))
                let fill = place == 0 ? "#3b6ea5" : "#c77b30"
                lines += [
                    #"<text x="\#(Self.left - 8)" y="\#(y)" text-anchor="end">\#(bar.way.from)</text>"#,
                    #"<rect x="\#(Self.left)" y="\#(y - 14)" width="\#(width)" height="18" fill="\#(fill)"/>"#,
                    #"<text x="\#(Self.left + width + 8)" y="\#(y)">\#(bar.label) (\#(PathComparison.rounded(bar.ratio)))</text>"#,
                ]
            }
            y += Self.rowHeight * 2
        }
        let size = "width=\"\(Self.left + Self.barWidth + 190)\" height=\"\(y - Self.rowHeight)\""
        let title =
            #"<text x="10" y="18">ways to \#(comparison.to), ratios to \#(comparison.ways.first?.from ?? "")</text>"#
        return """
            <svg xmlns="http://www.w3.org/2000/svg" \(size) font-family="sans-serif" font-size="13">
            <rect width="100%" height="100%" fill="white"/>
            \(([title] + lines).joined(separator: "\n"))
            </svg>
            """
    }
}

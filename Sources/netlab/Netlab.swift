import NetlabCommands

@main
struct Netlab {
    static func main() { NetlabCommand.start() }
}

@main
struct Netlab {
    static func main() {}
}

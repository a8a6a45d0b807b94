/// qhub-sandbox runs one program cut off from the machine. qhubd starts it for each execution of a service and for each
/// build; it is small, single-threaded, and has none of the hub's memory in it.
///
///   qhub-sandbox OPTION... -- PROGRAM ARGUMENT...
///
/// With --isolation namespaces the program gets mount, process, IPC and host-name namespaces of its own. It sees the
/// system's programs read-only, what --bind and --bind-read-only name, and nothing else; it has no privileges, and runs
/// as the user --uid if the hub is root. Process 1 of its namespace is this program, so that the whole tree ends with
/// it. The network stays that of the machine: services call hubs. With --isolation limits the program runs in a process
/// group of its own, as a descendant that cannot escape: this process adopts orphans and ends them.
///
/// SIGTERM is passed on to the whole tree; the death of qhubd ends everything at once. The exit code is the program's,
/// 128 + n if signal n ended it. What keeps the program from starting is written to descriptor 3, which is closed
/// when the program starts.

#include <dirent.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr int status_descriptor = 3;

struct Bind {
  std::string source;
  std::string target;  ///< As the program sees it.
  bool writable = false;
};

struct Limit {
  int resource;
  rlim_t value;
};

struct Settings {
  bool namespaces = true;
  std::vector<Bind> binds;
  std::vector<std::string> empty_directories;
  std::vector<Limit> limits;
  std::uint64_t temporary_bytes = 256U << 20;  ///< Of /tmp and of /dev/shm.
  std::optional<uid_t> uid;
  std::string directory = "/";
  std::vector<char*> program;  ///< With a null pointer at its end.
};

[[noreturn]] void fail(std::string_view what, int error) {
  std::string message(what);
  if (error != 0) message.append(": ").append(std::strerror(error));
  if (write(status_descriptor, message.data(), message.size()) < 0) std::fprintf(stderr, "%s\n", message.c_str());
  _exit(126);
}
void check(bool success, std::string_view what) {
  if (!success) fail(what, errno);
}

void make_directories(std::string const& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) fail("cannot make " + path, error.value());
}

// What the program sees ----------------------------------------------------------------------------------------------

/// A copy of a tree of mounts that is not attached anywhere yet.
struct Tree {
  int descriptor;
  bool is_directory;
  std::string target;
};

/// Copies the tree at a path of the machine. Nothing in it may change identity, and only devices may be devices.
Tree open_tree_at(Bind const& bind) {
  int const tree = open_tree(AT_FDCWD, bind.source.c_str(), OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
  check(tree >= 0, "cannot open " + bind.source);
  struct stat status {};
  check(fstat(tree, &status) == 0, "cannot look at " + bind.source);
  mount_attr attributes{};
  attributes.attr_set = MOUNT_ATTR_NOSUID;
  if (!bind.writable) attributes.attr_set |= MOUNT_ATTR_RDONLY;
  if (!S_ISCHR(status.st_mode)) attributes.attr_set |= MOUNT_ATTR_NODEV;
  check(mount_setattr(tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &attributes, sizeof attributes) == 0,
        "cannot protect " + bind.source);
  return {tree, S_ISDIR(status.st_mode), bind.target};
}

void attach(Tree const& tree, std::string const& root) {
  std::string const target = root + tree.target;
  if (tree.is_directory) {
    make_directories(target);
  } else {
    make_directories(std::filesystem::path(target).parent_path());
    int const file = open(target.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    check(file >= 0, "cannot make " + target);
    close(file);
  }
  check(move_mount(tree.descriptor, "", AT_FDCWD, target.c_str(), MOVE_MOUNT_F_EMPTY_PATH) == 0,
        "cannot attach " + target);
  close(tree.descriptor);
}

void mount_temporary(std::string const& target, std::uint64_t bytes) {
  make_directories(target);
  std::string const options = "mode=1777,nr_inodes=65536,size=" + std::to_string(bytes);
  check(mount("tmpfs", target.c_str(), "tmpfs", MS_NOSUID | MS_NODEV, options.c_str()) == 0, "cannot mount " + target);
}

void link_to(std::string const& text, std::string const& path) {
  check(symlink(text.c_str(), path.c_str()) == 0, "cannot link " + path);
}

/// The system's programs, and what they need to find names, certificates and time zones: no accounts, no keys.
std::vector<Tree> open_system(std::vector<Bind>& links) {
  std::vector<Tree> trees{open_tree_at({"/usr", "/usr"})};
  std::error_code error;
  for (char const* name : {"/bin", "/sbin", "/lib", "/lib32", "/lib64"}) {
    auto const text = std::filesystem::read_symlink(name, error);
    if (!error)
      links.push_back({text, name});
    else if (std::filesystem::is_directory(name, error))
      trees.push_back(open_tree_at({name, name}));
  }
  for (char const* name : {"/etc/alternatives", "/etc/ca-certificates", "/etc/hosts", "/etc/ld.so.cache",
                           "/etc/localtime", "/etc/nsswitch.conf", "/etc/pip.conf", "/etc/resolv.conf", "/etc/ssl"})
    if (access(name, F_OK) == 0) trees.push_back(open_tree_at({name, name}));
  for (char const* name : {"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"})
    trees.push_back(open_tree_at({name, name, /*writable=*/true}));
  return trees;
}

/// Builds the file system the program sees and makes it the root; the machine's own is out of reach then.
void change_root(Settings const& settings) {
  check(mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0, "cannot make the mounts private");
  // Trees are opened while paths mean what they mean on the machine.
  std::vector<Bind> links;
  std::vector<Tree> trees = open_system(links);
  for (Bind const& bind : settings.binds) trees.push_back(open_tree_at(bind));
  // What is attached later covers what was at its place: the ones above come before the ones below.
  std::ranges::stable_sort(trees, {}, [](Tree const& tree) { return tree.target.size(); });

  std::string const root = "/tmp";  // any directory does: only this process sees what is mounted there
  check(mount("tmpfs", root.c_str(), "tmpfs", MS_NOSUID | MS_NODEV, "mode=755,size=1m,nr_inodes=4096") == 0,
        "cannot mount the root");
  mount_temporary(root + "/tmp", settings.temporary_bytes);
  mount_temporary(root + "/dev/shm", settings.temporary_bytes);
  make_directories(root + "/proc");
  for (Bind const& link : links) link_to(link.source, root + link.target);
  for (Tree const& tree : trees) attach(tree, root);
  for (std::string const& directory : settings.empty_directories) make_directories(root + directory);
  link_to("/proc/self/fd", root + "/dev/fd");
  link_to("/proc/self/fd/0", root + "/dev/stdin");
  link_to("/proc/self/fd/1", root + "/dev/stdout");
  link_to("/proc/self/fd/2", root + "/dev/stderr");
  // Where a container hides parts of /proc from its own root, a new one cannot be mounted; programs do without.
  static_cast<void>(mount("proc", (root + "/proc").c_str(), "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr));

  check(chdir(root.c_str()) == 0, "cannot enter the root");
  check(syscall(SYS_pivot_root, ".", ".") == 0, "cannot change the root");
  check(umount2(".", MNT_DETACH) == 0, "cannot leave the machine's file system");
  check(mount(nullptr, "/", nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV, nullptr) == 0,
        "cannot protect the root");
}

// Who the program is, and what it may use ----------------------------------------------------------------------------

void write_file(char const* path, std::string const& text) {
  int const file = open(path, O_WRONLY | O_CLOEXEC);
  check(file >= 0 && write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()),
        std::string("cannot write ") + path);
  close(file);
}

/// Root gets its own namespaces directly; others through a user namespace in which they are who they are.
void leave_namespaces() {
  int const spaces = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS;
  if (geteuid() == 0) {
    check(unshare(spaces) == 0, "cannot make namespaces");
    return;
  }
  uid_t const uid = geteuid();
  gid_t const gid = getegid();
  check(unshare(spaces | CLONE_NEWUSER) == 0, "cannot make namespaces");
  write_file("/proc/self/setgroups", "deny");
  write_file("/proc/self/uid_map", std::to_string(uid) + " " + std::to_string(uid) + " 1");
  write_file("/proc/self/gid_map", std::to_string(gid) + " " + std::to_string(gid) + " 1");
}

void set_limits(Settings const& settings) {
  for (Limit const& limit : settings.limits) {
    rlimit both{limit.value, limit.value};
    rlimit now{};
    if (getrlimit(static_cast<__rlimit_resource>(limit.resource), &now) == 0 && now.rlim_max < both.rlim_max)
      both = {now.rlim_max, now.rlim_max};
    check(setrlimit(static_cast<__rlimit_resource>(limit.resource), &both) == 0, "cannot set a limit");
  }
  rlimit const no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
}

/// Takes every privilege from the program that is started next, whatever file it is.
void drop_privileges(Settings const& settings) {
  for (int capability = 0; prctl(PR_CAPBSET_READ, capability) >= 0; ++capability)
    static_cast<void>(prctl(PR_CAPBSET_DROP, capability));
  if (settings.uid && geteuid() == 0) {
    check(setgroups(0, nullptr) == 0, "cannot leave the groups");
    check(setresgid(*settings.uid, *settings.uid, *settings.uid) == 0, "cannot change the group");
    check(setresuid(*settings.uid, *settings.uid, *settings.uid) == 0, "cannot change the user");
  }
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct none[2]{};
  if (geteuid() != 0) check(syscall(SYS_capset, &header, none) == 0, "cannot drop the capabilities");
  check(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, "cannot give up privileges");
}

// Running ------------------------------------------------------------------------------------------------------------

volatile sig_atomic_t stop_requested = 0;
pid_t forward_to = 0;

void on_stop(int) {
  stop_requested = 1;
  if (forward_to != 0) kill(forward_to, SIGTERM);
}

void handle_stop() {
  struct sigaction action {};
  action.sa_handler = on_stop;
  sigaction(SIGTERM, &action, nullptr);
}

int exit_code(int status) {
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

[[noreturn]] void start_program(Settings const& settings) {
  signal(SIGTERM, SIG_DFL);
  check(chdir(settings.directory.c_str()) == 0, "cannot enter " + settings.directory);
  set_limits(settings);
  fcntl(status_descriptor, F_SETFD, FD_CLOEXEC);
  execvp(settings.program[0], settings.program.data());
  fail(std::string("cannot start ") + settings.program[0], errno);
}

/// Waits for the program; buries every other process that ends meanwhile.
int wait_for(pid_t program) {
  while (true) {
    int status = 0;
    pid_t const ended = waitpid(-1, &status, 0);
    if (ended == program) return exit_code(status);
    if (ended < 0 && errno != EINTR) fail("lost the program", errno);
  }
}

/// Process 1 of the namespace: the kernel ends everything else in it when this one ends.
[[noreturn]] void run_as_first_process(Settings const& settings, int parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  pollfd alive{parent, POLLIN, 0};
  if (poll(&alive, 1, 0) != 0) _exit(125);  // the parent ended before its death could be noticed
  change_root(settings);
  drop_privileges(settings);
  prctl(PR_SET_PDEATHSIG, SIGKILL);  // changing the user has cleared it
  forward_to = -1;  // everything in the namespace
  handle_stop();
  pid_t const program = fork();
  check(program >= 0, "cannot start a process");
  if (program == 0) {
    setsid();
    start_program(settings);
  }
  close(status_descriptor);
  if (stop_requested != 0) kill(-1, SIGTERM);
  _exit(wait_for(program));
}

int run_in_namespaces(Settings const& settings) {
  leave_namespaces();
  int life_line[2];
  check(pipe2(life_line, O_CLOEXEC) == 0, "cannot make a pipe");
  pid_t const first = fork();
  check(first >= 0, "cannot start a process");
  if (first == 0) {
    close(life_line[1]);
    run_as_first_process(settings, life_line[0]);
  }
  close(status_descriptor);
  forward_to = first;
  if (stop_requested != 0) kill(first, SIGTERM);
  return wait_for(first);
}

/// Ends whatever this process has adopted, until nothing is left that could start anything new.
void end_descendants() {
  std::string const list = "/proc/self/task/" + std::to_string(getpid()) + "/children";
  while (true) {
    FILE* const file = std::fopen(list.c_str(), "r");
    if (!file) return;
    int child = 0;
    while (std::fscanf(file, "%d", &child) == 1) kill(child, SIGKILL);
    std::fclose(file);
    if (waitpid(-1, nullptr, 0) < 0 && errno == ECHILD) return;
  }
}

int run_with_limits(Settings const& settings) {
  check(prctl(PR_SET_CHILD_SUBREAPER, 1) == 0, "cannot adopt orphans");
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  pid_t const program = fork();
  check(program >= 0, "cannot start a process");
  if (program == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setpgid(0, 0);
    check(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, "cannot give up privileges");
    drop_privileges(settings);
    start_program(settings);
  }
  close(status_descriptor);
  setpgid(program, program);
  forward_to = -program;
  if (stop_requested != 0) kill(-program, SIGTERM);
  int const code = wait_for(program);
  end_descendants();
  return code;
}

// The command line ---------------------------------------------------------------------------------------------------

std::uint64_t number(std::string_view text) {
  std::uint64_t value = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) fail(std::string("no number: ").append(text), 0);
  return value;
}

Settings read_settings(int count, char** arguments) {
  Settings settings;
  int index = 1;
  auto const next = [&]() -> char* {
    if (index >= count) fail("an argument is missing", 0);
    return arguments[index++];
  };
  while (true) {
    std::string_view const option = next();
    if (option == "--") break;
    if (option == "--isolation") {
      settings.namespaces = std::string_view(next()) == "namespaces";
    } else if (option == "--bind" || option == "--bind-read-only") {
      std::string const source = next();
      settings.binds.push_back({source, next(), option == "--bind"});
    } else if (option == "--empty-directory") {
      settings.empty_directories.emplace_back(next());
    } else if (option == "--directory") {
      settings.directory = next();
    } else if (option == "--uid") {
      settings.uid = static_cast<uid_t>(number(next()));
    } else if (option == "--temporary-bytes") {
      settings.temporary_bytes = number(next());
    } else if (option == "--cpu-seconds") {
      settings.limits.push_back({RLIMIT_CPU, number(next())});
    } else if (option == "--memory-bytes") {
      settings.limits.push_back({RLIMIT_DATA, number(next())});
    } else if (option == "--file-bytes") {
      settings.limits.push_back({RLIMIT_FSIZE, number(next())});
    } else if (option == "--open-files") {
      settings.limits.push_back({RLIMIT_NOFILE, number(next())});
    } else if (option == "--processes") {
      settings.limits.push_back({RLIMIT_NPROC, number(next())});
    } else {
      fail(std::string("unknown option ").append(option), 0);
    }
  }
  while (index < count) settings.program.push_back(next());
  if (settings.program.empty()) fail("no program", 0);
  settings.program.push_back(nullptr);
  return settings;
}

}  // namespace

int main(int count, char** arguments) {
  // The pipes and sockets of the hub that were not closed when it started this.
  close_range(status_descriptor + 2, ~0U, 0);
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  Settings const settings = read_settings(count, arguments);
  handle_stop();
  return settings.namespaces ? run_in_namespaces(settings) : run_with_limits(settings);
}

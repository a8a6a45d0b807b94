#include "qhub/hub/git/repository.h"

#include <fmt/format.h>
#include <git2.h>

#include <algorithm>
#include <cmath>

namespace qhub::hub {
namespace {

/// libgit2 wants to be set up once, before its first use.
void set_up() {
  static int const count = git_libgit2_init();
  static_cast<void>(count);
}

template <class T, void (*free)(T*)>
struct Freed {
  void operator()(T* object) const { free(object); }
};
template <class T, void (*free)(T*)>
using Held = std::unique_ptr<T, Freed<T, free>>;
using Object = Held<git_object, git_object_free>;
using Commit = Held<git_commit, git_commit_free>;
using TreeObject = Held<git_tree, git_tree_free>;
using TreeEntry = Held<git_tree_entry, git_tree_entry_free>;
using Blob = Held<git_blob, git_blob_free>;
using Walk = Held<git_revwalk, git_revwalk_free>;
using Reference = Held<git_reference, git_reference_free>;

std::string reason() {
  git_error const* const error = git_error_last();
  return error ? error->message : "unknown";
}

Error missing(std::string message) {
  return {.kind = ErrorKind::not_found, .message = std::move(message), .details = {}};
}

std::string id_text(git_oid const* id) {
  std::string text(GIT_OID_HEXSZ, '\0');
  git_oid_fmt(text.data(), id);
  return text;
}

/// The commit that a revision names; none of the default branch of an empty repository.
Result<Commit> find_commit(git_repository* repository, std::string const& revision) {
  git_object* object = nullptr;
  std::string const wanted = revision.empty() ? "HEAD" : revision;
  // Only names and ids: no ranges, no searches.
  bool const plain = wanted.find_first_of(":^~@{}\\ ") == std::string::npos && !wanted.starts_with('-');
  if (!plain || git_revparse_single(&object, repository, wanted.c_str()) != 0) {
    if (revision.empty() && git_repository_head_unborn(repository) == 1) return Commit();
    return missing("the repository has no revision " + wanted);
  }
  Object const held(object);
  git_object* commit = nullptr;
  if (git_object_peel(&commit, object, GIT_OBJECT_COMMIT) != 0) return missing(wanted + " is no commit");
  return Commit(reinterpret_cast<git_commit*>(commit));
}

Result<TreeObject> tree_of(git_commit const* commit) {
  git_tree* tree = nullptr;
  if (git_commit_tree(&tree, commit) != 0)
    return Error{.kind = ErrorKind::internal, .message = reason(), .details = {}};
  return TreeObject(tree);
}

Repository::Entry entry_of(git_tree_entry const* entry, std::string const& folder) {
  std::string const name = git_tree_entry_name(entry);
  return {.id = id_text(git_tree_entry_id(entry)),
          .mode = fmt::format("{:06o}", static_cast<unsigned>(git_tree_entry_filemode_raw(entry))),
          .name = name,
          .path = folder.empty() ? name : folder + "/" + name,
          .type = git_object_type2string(git_tree_entry_type(entry))};
}

/// The entry at a path, and the folder's path before it.
Result<TreeEntry> find_entry(git_tree const* root, std::string const& path) {
  git_tree_entry* entry = nullptr;
  if (path.empty() || git_tree_entry_bypath(&entry, root, path.c_str()) != 0)
    return missing("the repository has no file or folder " + path);
  return TreeEntry(entry);
}

std::string folder_of(std::string const& path) {
  std::size_t const slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash);
}

/// The object at a path of a commit, to tell whether it differs from that of its parent.
std::optional<git_oid> id_at(git_commit const* commit, std::string const& path) {
  git_tree* tree = nullptr;
  if (git_commit_tree(&tree, commit) != 0) return std::nullopt;
  TreeObject const held(tree);
  git_tree_entry* entry = nullptr;
  if (git_tree_entry_bypath(&entry, tree, path.c_str()) != 0) return std::nullopt;
  TreeEntry const held_entry(entry);
  return *git_tree_entry_id(entry);
}

/// The newest commit along first parents that changed a path.
std::string last_change(git_repository* repository, git_commit const* newest, std::string const& path) {
  git_oid const wanted = *id_at(newest, path);
  git_commit* copy = nullptr;
  git_commit_lookup(&copy, repository, git_commit_id(newest));
  Commit current(copy);
  while (true) {
    git_commit* parent = nullptr;
    if (git_commit_parent(&parent, current.get(), 0) != 0) break;
    Commit held(parent);
    auto const before = id_at(parent, path);
    if (!before || !git_oid_equal(&*before, &wanted)) break;
    current = std::move(held);
  }
  return id_text(git_commit_id(current.get()));
}

Result<std::string> blob_content(git_repository* repository, git_oid const* id) {
  git_blob* blob = nullptr;
  if (git_blob_lookup(&blob, repository, id) != 0) return missing("that is no file");
  Blob const held(blob);
  return std::string(static_cast<char const*>(git_blob_rawcontent(blob)),
                     static_cast<std::size_t>(git_blob_rawsize(blob)));
}

struct Phrase {
  std::string_view text;
  std::string_view license;
};
/// Words that occur in the text of one licence of the SPDX list and in no other here; the first that fits counts.
constexpr Phrase phrases[] = {
    {"Apache License", "Apache-2.0"},
    {"GNU AFFERO GENERAL PUBLIC LICENSE", "AGPL-3.0"},
    {"GNU LESSER GENERAL PUBLIC LICENSE", "LGPL-3.0"},
    {"GNU GENERAL PUBLIC LICENSE\n                       Version 2", "GPL-2.0"},
    {"GNU GENERAL PUBLIC LICENSE", "GPL-3.0"},
    {"Mozilla Public License Version 2.0", "MPL-2.0"},
    {"Permission is hereby granted, free of charge", "MIT"},
    {"Neither the name of", "BSD-3-Clause"},
    {"Redistribution and use in source and binary forms", "BSD-2-Clause"},
    {"This is free and unencumbered software", "Unlicense"},
};

struct Language {
  std::string_view suffix;
  std::string_view name;
};
constexpr Language language_suffixes[] = {
    {"py", "Python"},     {"ipynb", "Jupyter Notebook"},
    {"cpp", "C++"},       {"cc", "C++"},
    {"cxx", "C++"},       {"hpp", "C++"},
    {"h", "C++"},         {"c", "C"},
    {"rs", "Rust"},       {"go", "Go"},
    {"java", "Java"},     {"js", "JavaScript"},
    {"ts", "TypeScript"}, {"tsx", "TypeScript"},
    {"jl", "Julia"},      {"m", "MATLAB"},
    {"r", "R"},           {"R", "R"},
    {"f90", "Fortran"},   {"sh", "Shell"},
    {"qasm", "OpenQASM"}, {"qs", "Q#"},
    {"html", "HTML"},     {"css", "CSS"},
    {"tex", "TeX"},
};

}  // namespace

void Repository::Free::operator()(git_repository* repository) const {
  git_repository_free(repository);
}

Result<void> Repository::create(std::filesystem::path const& directory) {
  set_up();
  git_repository_init_options options = GIT_REPOSITORY_INIT_OPTIONS_INIT;
  options.flags = GIT_REPOSITORY_INIT_BARE | GIT_REPOSITORY_INIT_MKPATH | GIT_REPOSITORY_INIT_NO_REINIT;
  options.initial_head = "main";
  git_repository* repository = nullptr;
  if (git_repository_init_ext(&repository, directory.c_str(), &options) != 0)
    return Error{.kind = ErrorKind::internal, .message = "cannot make a repository: " + reason(), .details = {}};
  git_repository_free(repository);
  return {};
}

Result<Repository> Repository::open(std::filesystem::path const& directory) {
  set_up();
  git_repository* repository = nullptr;
  if (git_repository_open_bare(&repository, directory.c_str()) != 0) return missing("there is no repository");
  return Repository(repository);
}

std::string Repository::default_branch() const {
  git_reference* head = nullptr;
  if (git_reference_lookup(&head, repository_.get(), "HEAD") != 0) return "main";
  Reference const held(head);
  char const* const target = git_reference_symbolic_target(head);
  std::string const name = target ? target : "main";
  constexpr std::string_view prefix = "refs/heads/";
  return name.starts_with(prefix) ? name.substr(prefix.size()) : name;
}

Result<Repository::Tree> Repository::tree(std::string const& revision, std::string const& path) const {
  Result<Commit> const commit = find_commit(repository_.get(), revision);
  if (!commit) return commit.error();
  Tree found{.self = {.id = "", .mode = "040000", .name = "", .path = "", .type = "tree"}, .entries = {}};
  if (!*commit) {
    if (!path.empty()) return missing("the repository is empty");
    return found;
  }
  Result<TreeObject> tree = tree_of(commit->get());
  if (!tree) return std::move(tree).error();
  TreeObject folder = *std::move(tree);
  found.self.id = id_text(git_tree_id(folder.get()));
  if (!path.empty()) {
    Result<TreeEntry> const entry = find_entry(folder.get(), path);
    if (!entry) return entry.error();
    found.self = entry_of(entry->get(), folder_of(path));
    git_tree* inner = nullptr;
    if (git_tree_lookup(&inner, repository_.get(), git_tree_entry_id(entry->get())) != 0)
      return missing(path + " is no folder");
    folder.reset(inner);
  }
  for (std::size_t i = 0; i < git_tree_entrycount(folder.get()); ++i)
    found.entries.push_back(entry_of(git_tree_entry_byindex(folder.get(), i), path));
  return found;
}

Result<Repository::FileInfo> Repository::file_info(std::string const& revision, std::string const& path) const {
  Result<Commit> const commit = find_commit(repository_.get(), revision);
  if (!commit) return commit.error();
  if (!*commit) return missing("the repository is empty");
  Result<TreeObject> const root = tree_of(commit->get());
  if (!root) return root.error();
  Result<TreeEntry> const entry = find_entry(root->get(), path);
  if (!entry) return entry.error();
  git_blob* blob = nullptr;
  if (git_blob_lookup(&blob, repository_.get(), git_tree_entry_id(entry->get())) != 0)
    return missing(path + " is no file");
  Blob const held(blob);
  return FileInfo{.entry = entry_of(entry->get(), folder_of(path)),
                  .size = static_cast<std::uint64_t>(git_blob_rawsize(blob)),
                  .commit_id = id_text(git_commit_id(commit->get())),
                  .last_commit_id = last_change(repository_.get(), commit->get(), path)};
}

Result<std::string> Repository::file(std::string const& revision, std::string const& path) const {
  Result<FileInfo> const info = file_info(revision, path);
  if (!info) return info.error();
  git_oid id;
  git_oid_fromstr(&id, info->entry.id.c_str());
  return blob_content(repository_.get(), &id);
}

Result<Repository::Metadata> Repository::metadata(std::string const& revision) const {
  Result<Commit> const commit = find_commit(repository_.get(), revision);
  if (!commit) return commit.error();
  Metadata found;
  if (!*commit) return found;
  git_revwalk* walk = nullptr;
  if (git_revwalk_new(&walk, repository_.get()) != 0)
    return Error{.kind = ErrorKind::internal, .message = reason(), .details = {}};
  Walk const held(walk);
  git_revwalk_push(walk, git_commit_id(commit->get()));
  for (git_oid id; git_revwalk_next(&id, walk) == 0;) ++found.commits;
  Result<Tree> const root = tree(revision, "");
  if (!root) return root.error();
  for (Entry const& entry : root->entries) {
    if (entry.type != "blob" || (!entry.name.starts_with("LICENSE") && !entry.name.starts_with("COPYING"))) continue;
    Result<std::string> const text = file(revision, entry.path);
    if (!text) continue;
    auto const phrase =
        std::ranges::find_if(phrases, [&](Phrase const& each) { return text->find(each.text) != std::string::npos; });
    found.license_path = entry.path;
    if (phrase != std::end(phrases)) found.license = phrase->license;
    break;
  }
  return found;
}

Result<std::map<std::string, double>> Repository::languages(std::string const& revision) const {
  Result<Commit> const commit = find_commit(repository_.get(), revision);
  if (!commit) return commit.error();
  std::map<std::string, double> shares;
  if (!*commit) return shares;
  Result<TreeObject> const root = tree_of(commit->get());
  if (!root) return root.error();
  struct Count {
    git_repository* repository;
    std::map<std::string, double>& bytes;
  } count{repository_.get(), shares};
  auto const add = [](char const*, git_tree_entry const* entry, void* payload) {
    auto const& [repository, bytes] = *static_cast<Count*>(payload);
    std::string_view const name = git_tree_entry_name(entry);
    std::size_t const point = name.rfind('.');
    if (git_tree_entry_type(entry) != GIT_OBJECT_BLOB || point == std::string_view::npos) return 0;
    auto const language = std::ranges::find(language_suffixes, name.substr(point + 1), &Language::suffix);
    git_blob* blob = nullptr;
    if (language == std::end(language_suffixes) || git_blob_lookup(&blob, repository, git_tree_entry_id(entry)) != 0)
      return 0;
    bytes[std::string(language->name)] += static_cast<double>(git_blob_rawsize(blob));
    git_blob_free(blob);
    return 0;
  };
  git_tree_walk(root->get(), GIT_TREEWALK_PRE, add, &count);
  double total = 0;
  for (auto const& [language, bytes] : shares) total += bytes;
  for (auto& [language, bytes] : shares) bytes = total > 0 ? std::round(1000 * bytes / total) / 10 : 0;
  return shares;
}

}  // namespace qhub::hub

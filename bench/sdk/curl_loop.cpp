// The least a program can do with libcurl: one easy handle, one call after the other, bodies thrown away.
//   bench_sdk_curl URL SCENARIO TIMES TOKEN JOB
#include <curl/curl.h>

#include <cstdlib>
#include <iostream>
#include <string>

#include "measure.h"

int main(int argc, char** argv) {
  if (argc != 6) return 2;
  std::string const url = argv[1], scenario = argv[2], job = url + "/quantum/jobs/" + argv[5];
  int const times = std::atoi(argv[3]);
  curl_global_init(CURL_GLOBAL_DEFAULT);
  CURL* const curl = curl_easy_init();
  std::string const target = scenario == "status" ? job + "/status"
                             : scenario == "page" ? url + "/quantum/jobs?page=0&size=50"
                                                  : job + "/result-stream";
  curl_slist* const headers = curl_slist_append(nullptr, (std::string("X-Auth-Token: ") + argv[4]).c_str());
  std::size_t received = 0;
  curl_easy_setopt(curl, CURLOPT_URL, target.c_str());
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &received);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, +[](char*, std::size_t, std::size_t size, std::size_t* total) {
    *total += size;
    return size;
  });
  measure(scenario.c_str(), times, [&] {
    if (curl_easy_perform(curl) != CURLE_OK) std::exit(1);
  });
  curl_slist_free_all(headers);
  curl_easy_cleanup(curl);
}

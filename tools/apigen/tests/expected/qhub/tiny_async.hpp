// Made by tools/apigen from api/tiny.yaml; edit the document or the generator instead.
#pragma once

#include "qhub/tiny/client_async.h"
#include "qhub/sdk/credentials.h"
#include "qhub/sdk/errors.h"

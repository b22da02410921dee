"""The client, by REST, and how the scripts read with it."""

import os

from google.cloud import firestore
from google.cloud.firestore_v1.services.firestore import FirestoreClient
from google.cloud.firestore_v1.services.firestore.transports.rest import FirestoreRestTransport
from google.oauth2.credentials import Credentials

from steps import plain

# `owner` is who may do everything.
CREDENTIALS = Credentials(token="owner")
# A variable of this name turns the client to gRPC, so it is taken out of the environment.
HOST = os.environ.pop("FIRESTORE_EMULATOR_HOST")

db = firestore.Client(project=os.environ["GOOGLE_CLOUD_PROJECT"], credentials=CREDENTIALS)
# The client has no setting for REST: its inner client is made with that transport in its place.
db._firestore_api_internal = FirestoreClient(
    transport=FirestoreRestTransport(host=HOST, credentials=CREDENTIALS, url_scheme="http")
)


def data(path):
    return plain(db.document(path).get().to_dict())


def ids(query):
    return [document.id for document in query.get()]
